package config

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"cbv/valuation/schema"
)

// Attribute is a column of customers that is passed through from the orders.
type Attribute struct {
	Name string // of the column
	Text string // a column of the order files, or an SQL expression over one row
}

// Attributes are the columns that are passed through, in the order in which they are
// given and published.
type Attributes []Attribute

// MostAttributes is how many there may be: SQL has a column for each.
const MostAttributes = 8

// Names returns the names of the columns.
func (a Attributes) Names() []string {
	var names []string
	for _, attribute := range a {
		names = append(names, attribute.Name)
	}
	return names
}

// sectionError is an attribute that is given as a section of keys.
type sectionError struct{ name, text string }

func (e sectionError) Error() string {
	return fmt.Sprintf("orders.attributes.%s: wants a column or an expression, and no section of keys: its value is that on the latest purchase, so write %s: %s", e.name, e.name, e.text)
}

// UnmarshalYAML reads a mapping of names to columns or expressions, and keeps its order.
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
		expression, isText := item.Value.(string)
		if section, isSection := item.Value.(map[string]any); isSection && isName {
			text, _ := section["sql"].(string)
			return sectionError{name, cmp.Or(text, "Column")}
		}
		if !isName || !isText {
			return fmt.Errorf("%v: wants a column or an expression, such as {country: Country}", item.Key)
		}
		read = append(read, Attribute{name, expression})
	}
	*a = read
	return nil
}

// MarshalJSON writes a mapping in the order of the columns, null without any.
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
		expression, err := json.Marshal(attribute.Text)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&text, "%s%s:%s", map[bool]string{true: "{", false: ","}[i == 0], name, expression)
	}
	if len(a) == 0 {
		text.WriteByte('{')
	}
	text.WriteByte('}')
	return text.Bytes(), nil
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
		items = append(items, attribute.Name+": "+inline(reflect.ValueOf(attribute.Text)))
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
		refuse(slices.ContainsFunc(attributes[:i].Names(), same), "orders.attributes: %q is there twice", attribute.Name)
		refuse(attribute.Text == "", "orders.attributes.%s: must name a column or an expression", attribute.Name)
	}
}
