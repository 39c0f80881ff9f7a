package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"cbv/valuation/schema"
)

// Attribute is something that the orders say of a customer: a column of customers, or
// of a first order's lines.
type Attribute struct {
	Name    string
	Text    string // a column of the order files, or an SQL expression over one row
	IsFirst bool   // of the first purchase, rather than the latest
	IsMany  bool   // a first purchase may have several values, which customers has no column for
}

// Attributes are in the order in which they are given and published.
type Attributes []Attribute

// MostAttributes is how many there may be: SQL has a column for each.
const MostAttributes = 8

// Columns returns what customers has of the attributes.
func (a Attributes) Columns() []schema.Attribute {
	var columns []schema.Attribute
	for i, attribute := range a {
		if !attribute.IsMany {
			columns = append(columns, schema.Attribute{Name: attribute.Name, Slot: i, IsFirst: attribute.IsFirst})
		}
	}
	return columns
}

// Has reports whether any is of the first purchase, or any of the latest.
func (a Attributes) Has(ofFirst bool) bool {
	return slices.ContainsFunc(a, func(attribute Attribute) bool { return attribute.IsFirst == ofFirst })
}

// Many returns the names of those that may have several values.
func (a Attributes) Many() []string {
	var names []string
	for _, attribute := range a {
		if attribute.IsMany {
			names = append(names, attribute.Name)
		}
	}
	return names
}

// ManyIsNoColumn says of an attribute with several values that nothing can be chosen by
// it.
const ManyIsNoColumn = "orders.attributes.%s may have several values of a customer (many: true), so customers.parquet has no column of it: leave many out to have the first one"

// attributeForms says how an attribute can be written.
const attributeForms = "wants a column or an expression, or {sql: ProductType, of: first, many: true}"

// UnmarshalYAML reads a mapping of names to attributes, and keeps its order.
func (a *Attributes) UnmarshalYAML(text []byte) error {
	if text := string(bytes.TrimSpace(text)); text == "null" || text == "~" {
		*a = nil
		return nil
	}
	var mapping yaml.MapSlice
	if err := yaml.Unmarshal(text, &mapping); err != nil {
		return fmt.Errorf("wants names with a column or an expression each, such as {country: Country}")
	}
	var read Attributes
	for _, item := range mapping {
		name, isName := item.Key.(string)
		if !isName {
			return fmt.Errorf("%v: wants a column or an expression, such as {country: Country}", item.Key)
		}
		attribute, err := readAttribute(name, item.Value)
		if err != nil {
			return err
		}
		read = append(read, attribute)
	}
	*a = read
	return nil
}

// attributeError is what is wrong with an attribute.
type attributeError struct{ name, wrong string }

func (e attributeError) Error() string { return "orders.attributes." + e.name + ": " + e.wrong }

// readAttribute reads one attribute: a text, or a section of keys.
func readAttribute(name string, value any) (Attribute, error) {
	if text, isText := value.(string); isText {
		return Attribute{Name: name, Text: text}, nil
	}
	section, isSection := value.(map[string]any)
	if !isSection {
		return Attribute{}, fmt.Errorf("%v: %s", name, attributeForms)
	}
	wrong := func(format string, args ...any) (Attribute, error) {
		return Attribute{}, attributeError{name, fmt.Sprintf(format, args...)}
	}
	attribute := Attribute{Name: name}
	known := []string{"sql", "of", "many"}
	for _, key := range slices.Sorted(maps.Keys(section)) {
		value := section[key]
		switch key {
		case "sql":
			text, isText := value.(string)
			if !isText {
				return wrong("sql: %v: wants a column or an expression", value)
			}
			attribute.Text = text
		case "of":
			if value != ofFirst && value != ofLatest {
				return wrong("of: %v: is none of %s, %s", value, ofFirst, ofLatest)
			}
			attribute.IsFirst = value == ofFirst
		case "many":
			isMany, isBool := value.(bool)
			if !isBool {
				return wrong("many: %v: wants true or false", value)
			}
			attribute.IsMany = isMany
		default:
			return wrong("%q is none of %s%s", key, strings.Join(known, ", "), suggest(key, known))
		}
	}
	if attribute.IsMany && !attribute.IsFirst {
		return wrong("many: only a first purchase may have several values: add of: %s, or leave many out", ofFirst)
	}
	return attribute, nil
}

// Of which purchase the value of an attribute is.
const ofFirst, ofLatest = "first", "latest"

// MarshalJSON writes a mapping in the order of the attributes, null without any.
func (a Attributes) MarshalJSON() ([]byte, error) {
	if a == nil {
		return []byte("null"), nil
	}
	var text bytes.Buffer
	for i, attribute := range a {
		name, err := json.Marshal(attribute.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(attribute.value())
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&text, "%s%s:%s", map[bool]string{true: "{", false: ","}[i == 0], name, value)
	}
	if len(a) == 0 {
		text.WriteByte('{')
	}
	text.WriteByte('}')
	return text.Bytes(), nil
}

// attributeSection is the long form of an attribute.
type attributeSection struct {
	SQL  string `json:"sql"`
	Of   string `json:"of"`
	Many bool   `json:"many,omitempty"`
}

// value is how an attribute is written, as shortly as it can be.
func (a Attribute) value() any {
	if a.IsFirst {
		return attributeSection{a.Text, ofFirst, a.IsMany}
	}
	return a.Text
}

// UnmarshalJSON reads what MarshalJSON writes.
func (a *Attributes) UnmarshalJSON(text []byte) error {
	return a.UnmarshalYAML(text) // JSON is YAML
}

// String writes the attributes as one line of YAML.
func (a Attributes) String() string {
	if a == nil {
		return "null"
	}
	var items []string
	for _, attribute := range a {
		text := inline(reflect.ValueOf(attribute.Text))
		if attribute.IsFirst {
			text = "{sql: " + text + ", of: " + ofFirst + map[bool]string{true: ", many: true"}[attribute.IsMany] + "}"
		}
		items = append(items, attribute.Name+": "+text)
	}
	return "{" + strings.Join(items, ", ") + "}"
}

// attributeName is a name that stands in SQL, in files and in the lists of every
// platform as it is.
var attributeName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{0,62}$`)

func (c Config) validateAttributes(refuse func(bool, string, ...any)) {
	attributes := c.Orders.Attributes
	refuse(len(attributes) > MostAttributes, "orders.attributes: %d attributes, and %d are the most: leave some out", len(attributes), MostAttributes)
	taken := schema.ColumnNames("customers")
	for i, attribute := range attributes {
		same := func(other string) bool { return strings.EqualFold(other, attribute.Name) }
		refuse(!attributeName.MatchString(attribute.Name), "orders.attributes: %q is no name of a column: begin with a letter and go on with letters, digits and _", attribute.Name)
		refuse(slices.ContainsFunc(taken, same), "orders.attributes: customers.parquet has a column %s of its own: give the attribute another name", attribute.Name)
		refuse(slices.ContainsFunc(attributes[:i], func(other Attribute) bool { return same(other.Name) }), "orders.attributes: %q is there twice", attribute.Name)
		refuse(attribute.IsFirst && same(schema.ChannelAttribute), "orders.attributes: first_orders.parquet has a %s of its own: give the attribute another name", schema.ChannelAttribute)
		refuse(attribute.Text == "", "orders.attributes.%s: must name a column or an expression", attribute.Name)
	}
}
