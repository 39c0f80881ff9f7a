package config

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"cbv/valuation/failure"
)

// Setting is a setting with its value and where that came from.
type Setting struct {
	Key
	Value  string // as YAML, on one line
	Origin string // default, the file with its line, the variable or the flag
}

// IsDefault reports whether no source gives a setting, named by its path.
func IsDefault(from Sources, path string) (bool, error) {
	_, origins, err := read(from)
	_, given := origins[path]
	return !given, err
}

// Explain reads the settings as Load does and says where each came from. When
// they break a limit, it returns them all the same, with the error.
func Explain(from Sources) ([]Setting, error) {
	c, origins, err := read(from)
	if err != nil {
		return nil, err
	}
	var settings []Setting
	walk(reflect.ValueOf(&c).Elem(), "", func(key Key, leaf reflect.Value) {
		origin, given := origins[key.Path]
		if !given {
			origin = "default"
		}
		settings = append(settings, Setting{key, inline(leaf), origin})
	})
	if err := c.validate(from.Published); err != nil {
		return settings, failure.Usagef("%w", err)
	}
	return settings, nil
}

// lines returns the line of each setting that stands in a YAML text.
func lines(text []byte) map[string]int {
	found := map[string]int{}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return found // the decoder has taken it, so this is an empty document
	}
	known := map[string]bool{}
	for _, key := range Keys() {
		known[key.Path] = true
	}
	var visit func(node ast.Node, prefix string)
	visit = func(node ast.Node, prefix string) {
		mapping, ok := node.(*ast.MappingNode)
		if !ok {
			return
		}
		for _, entry := range mapping.Values {
			token := entry.Key.GetToken()
			path := prefix + token.Value
			if known[path] {
				found[path] = token.Position.Line
			}
			visit(entry.Value, path+".")
		}
	}
	for _, document := range file.Docs {
		visit(document.Body, "")
	}
	return found
}

// plainText is text that YAML reads as itself, given that it is no word of
// another type.
var (
	plainText  = regexp.MustCompile(`^(\.{0,2}/|[A-Za-z_])[A-Za-z0-9_./*+-]*( [A-Za-z0-9_./*+-]+)*$|^[1-9][0-9]*[MGT]i?B$`)
	otherWords = []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n", ".inf", ".nan"}
)

// inline writes a setting as one line of YAML.
func inline(leaf reflect.Value) string {
	switch value := leaf.Interface().(type) {
	case Days:
		return fmt.Sprint(int(value))
	case fmt.Stringer:
		if leaf.Kind() != reflect.Pointer || !leaf.IsNil() {
			return value.String()
		}
	}
	switch leaf.Kind() {
	case reflect.Pointer:
		if leaf.IsNil() {
			return "null"
		}
		return inline(leaf.Elem())
	case reflect.String:
		text := leaf.String()
		if plainText.MatchString(text) && !slices.Contains(otherWords, strings.ToLower(text)) {
			return text
		}
		return quoted(text)
	case reflect.Float64:
		return strconv.FormatFloat(leaf.Float(), 'f', -1, 64)
	case reflect.Slice:
		if leaf.IsNil() {
			return "null"
		}
		var items []string
		for i := range leaf.Len() {
			items = append(items, inline(leaf.Index(i)))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case reflect.Struct: // of an audience: what is not given is not printed
		var items []string
		for i := range leaf.NumField() {
			if field := leaf.Field(i); !field.IsZero() {
				items = append(items, leaf.Type().Field(i).Tag.Get("yaml")+": "+inline(field))
			}
		}
		return "{" + strings.Join(items, ", ") + "}"
	}
	return fmt.Sprint(leaf.Interface())
}

// quoted writes text in the double quotes that JSON and YAML share.
func quoted(text string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // conditions hold < and &
	if err := encoder.Encode(text); err != nil {
		panic(err) // text only
	}
	return strings.TrimSuffix(b.String(), "\n")
}
