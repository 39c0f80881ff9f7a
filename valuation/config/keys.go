package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Key is one setting as the command line and the help see it.
type Key struct {
	Path        string   // orders.columns.amount
	Short       string   // a shorter name of the flag, "" for none
	IsSwitch    bool     // true or false
	FileOnly    bool     // too long for a flag or a variable
	Repeats     bool     // its flag may be given several times, and makes a list
	Help        string   // meaning, its first clause short enough for a list of flags
	Default     string   // as YAML on one line; "" where nothing is set
	Choices     []string // the values there are, where they are few
	Placeholder string   // what stands for the value in a usage line: FILES, DAY, NUMBER
}

// Env returns the environment variable that sets the key.
func (k Key) Env() string {
	return "CBV_" + strings.ToUpper(strings.ReplaceAll(k.Path, ".", "_"))
}

// Section returns the section of the configuration that the key stands in: its
// first name.
func (k Key) Section() string {
	section, _, _ := strings.Cut(k.Path, ".")
	return section
}

// Brief returns the first clause of the help.
func (k Key) Brief() string {
	brief, _, _ := strings.Cut(k.Help, ";")
	return brief
}

// Keys lists every setting in the order of the file.
func Keys() []Key {
	c := Default()
	var keys []Key
	walk(reflect.ValueOf(&c).Elem(), "", func(key Key, leaf reflect.Value) {
		keys = append(keys, key)
	})
	return keys
}

// Section is a section of the configuration with its settings. One that holds a
// list of sections, as audiences does, has the settings of an item.
type Section struct {
	Name    string
	Meaning string
	Keys    []Key
}

// Sections lists the sections in the order of the file. A setting that stands in
// none makes one of its own name.
func Sections() []Section {
	var sections []Section
	c := reflect.TypeFor[Config]()
	for i := range c.NumField() {
		field := c.Field(i)
		section := Section{Name: field.Tag.Get("yaml"), Meaning: field.Tag.Get("about")}
		if section.Meaning == "" {
			section.Meaning = field.Tag.Get("help")
		}
		if isListOfSections(field.Type) {
			section.Keys = itemKeys(field.Type.Elem(), section.Name+"[].")
		}
		sections = append(sections, section)
	}
	for _, key := range Keys() {
		at := slices.IndexFunc(sections, func(s Section) bool { return s.Name == key.Section() })
		if sections[at].Keys == nil || sections[at].Keys[0].Path != key.Section()+"[].name" {
			sections[at].Keys = append(sections[at].Keys, key)
		}
	}
	return sections
}

// isListOfSections reports whether a setting is a list of what has settings itself.
func isListOfSections(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct
}

// itemKeys lists the settings of an item of a list of sections.
func itemKeys(item reflect.Type, prefix string) []Key {
	var keys []Key
	for i := range item.NumField() {
		field := item.Field(i)
		path := prefix + field.Tag.Get("yaml")
		if inner := field.Type; inner.Kind() == reflect.Pointer && inner.Elem().Kind() == reflect.Struct {
			keys = append(keys, itemKeys(inner.Elem(), path+".")...)
			continue
		}
		if isListOfSections(field.Type) && field.Name == "Columns" { // others are as these
			keys = append(keys, itemKeys(field.Type.Elem(), path+"[].")...)
			continue
		}
		key := keyOf(field, path)
		key.FileOnly = true
		keys = append(keys, key)
	}
	return keys
}

// walk calls visit for every leaf below v: every field that carries a help text.
func walk(v reflect.Value, prefix string, visit func(Key, reflect.Value)) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		path := prefix + field.Tag.Get("yaml")
		if isDerived(field) {
			continue
		}
		if _, leaf := field.Tag.Lookup("help"); leaf {
			visit(keyOf(field, path), v.Field(i))
		} else {
			walk(v.Field(i), path+".", visit)
		}
	}
}

// isDerived reports whether a field is no setting, and only says where one came from.
func isDerived(field reflect.StructField) bool { return field.Tag.Get("yaml") == "-" }

// standards are the values of Default as YAML, by path.
var standards = func() map[string]string {
	values := map[string]string{}
	var fill func(v reflect.Value, prefix string)
	fill = func(v reflect.Value, prefix string) {
		for i := range v.NumField() {
			field, path := v.Type().Field(i), prefix+v.Type().Field(i).Tag.Get("yaml")
			if isDerived(field) {
				continue
			}
			if _, leaf := field.Tag.Lookup("help"); !leaf {
				fill(v.Field(i), path+".")
			} else if text := inline(v.Field(i)); text != "null" && text != `""` {
				values[path] = text
			}
		}
	}
	fill(reflect.ValueOf(Default()), "")
	return values
}()

// keyOf reads the declaration of a setting: its field's tags and type.
func keyOf(field reflect.StructField, path string) Key {
	key := Key{
		Path: path, Short: field.Tag.Get("short"), IsSwitch: field.Type.Kind() == reflect.Bool, FileOnly: field.Tag.Get("in") == "file", Repeats: field.Tag.Get("flag") == "repeats",
		Help: field.Tag.Get("help"), Default: standards[path], Placeholder: field.Tag.Get("value"),
	}
	if choices := field.Tag.Get("choices"); choices != "" {
		key.Choices = strings.Split(choices, ",")
	} else if key.IsSwitch {
		key.Choices = []string{"true", "false"}
	}
	switch {
	case key.Placeholder != "":
	case len(key.Choices) > 0:
		key.Placeholder = strings.Join(key.Choices, "|")
	default:
		key.Placeholder = placeholder(field.Type, path)
	}
	return key
}

// placeholder returns what stands for a value of a type.
func placeholder(t reflect.Type, path string) string {
	switch t {
	case reflect.TypeFor[Files]():
		return "FILES"
	case reflect.TypeFor[Day]():
		return "DAY"
	case reflect.TypeFor[Days]():
		return "DAYS"
	case reflect.TypeFor[Duration]():
		return "TIME"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return placeholder(t.Elem(), path)
	case reflect.Slice:
		return "LIST"
	case reflect.Int, reflect.Float64:
		return "NUMBER"
	}
	if strings.Contains(path, ".columns.") {
		return "COLUMN"
	}
	return "TEXT"
}

// checkChoices refuses what is none of the few values that a setting may have.
func (c Config) checkChoices(refuse func(bool, string, ...any)) {
	walk(reflect.ValueOf(&c).Elem(), "", func(key Key, leaf reflect.Value) {
		if leaf.Kind() != reflect.String || len(key.Choices) == 0 {
			return
		}
		refuse(!slices.Contains(key.Choices, leaf.String()), "%s: %q is %s", key.Path, leaf.String(), noneOf(key.Choices))
	})
}

// noneOf names the values that another was not.
func noneOf(choices []string) string {
	switch len(choices) {
	case 1:
		return "no choice: " + choices[0] + " is the one there is"
	case 2:
		return fmt.Sprintf("neither %s nor %s", choices[0], choices[1])
	}
	return "none of " + strings.Join(choices, ", ")
}
