package config

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"cbv/valuation/schema"
)

func TestAttributesKeepTheirOrder(t *testing.T) {
	want := Attributes{{Name: "country", Text: "Country"}, {Name: "Tier", Text: "upper(tier)"}, {Name: "a", Text: "b"}}
	c, err := Load(Sources{Flags: map[string]string{"orders.files": "x.parquet", "orders.attributes": "{country: Country, Tier: upper(tier), a: b}"}})
	if err != nil || !reflect.DeepEqual(c.Orders.Attributes, want) {
		t.Fatalf("%v, %v", c.Orders.Attributes, err)
	}
	text, err := c.Identity()
	if err != nil || !strings.Contains(string(text), `"attributes":{"country":"Country","Tier":"upper(tier)","a":"b"}`) {
		t.Errorf("%s, %v", text, err)
	}
	var back Config
	if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back.Orders.Attributes, want) {
		t.Errorf("%v, %v", back.Orders.Attributes, err)
	}
	if got := want.String(); got != `{country: Country, Tier: "upper(tier)", a: b}` {
		t.Errorf("%s", got)
	}
}

// A long form is read, kept through the identity of a run, and written as it is read.
func TestAttributesOfTheFirstPurchase(t *testing.T) {
	const text = `{country: Country, category: {sql: ProductType, of: first}, product: {sql: "upper(name)", of: first, many: true}, b: c}`
	want := Attributes{
		{Name: "country", Text: "Country"}, {Name: "category", Text: "ProductType", IsFirst: true},
		{Name: "product", Text: "upper(name)", IsFirst: true, IsMany: true}, {Name: "b", Text: "c"},
	}
	given := strings.Replace(text, "b: c", "b: {sql: c, of: latest, many: false}", 1)
	c, err := Load(Sources{Flags: map[string]string{"orders.files": "x.parquet", "orders.attributes": given}})
	if err != nil || !reflect.DeepEqual(c.Orders.Attributes, want) {
		t.Fatalf("%v, %v", c.Orders.Attributes, err)
	}
	identity, err := c.Identity()
	if err != nil {
		t.Fatal(err)
	}
	var back Config
	if err := json.Unmarshal(identity, &back); err != nil || !reflect.DeepEqual(back.Orders.Attributes, want) {
		t.Errorf("%v, %v", back.Orders.Attributes, err)
	}
	if got := want.String(); got != text {
		t.Errorf("%s, want %s", got, text)
	}
	columns := []schema.Attribute{{Name: "country"}, {Name: "category", Slot: 1, IsFirst: true}, {Name: "b", Slot: 3}}
	if got := want.Columns(); !reflect.DeepEqual(got, columns) {
		t.Errorf("columns %v, want %v", got, columns)
	}
}

func TestAttributesAreOptional(t *testing.T) {
	for _, text := range []string{"null", "{}"} {
		c, err := Load(Sources{Flags: map[string]string{"orders.files": "x.parquet", "orders.attributes": text}})
		if err != nil || len(c.Orders.Attributes) != 0 {
			t.Errorf("%s: %v, %v", text, c.Orders.Attributes, err)
		}
	}
	text, err := Default().Identity()
	if err != nil || !strings.Contains(string(text), `"attributes":null`) {
		t.Errorf("%s, %v", text, err)
	}
}

func TestAttributesAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"{Clv: x}":                                   "orders.attributes: customers.parquet has a column Clv of its own: give the attribute another name",
		"{a: x, A: y}":                               `orders.attributes: "A" is there twice`,
		"{2nd: x}":                                   `orders.attributes: "2nd" is no name of a column: begin with a letter and go on with letters, digits and _`,
		"{a: \"\"}":                                  "orders.attributes.a: must name a column or an expression",
		"{a: 1, b: 2}":                               `--orders.attributes: "{a: 1, b: 2}" is not a valid value (it wants names with a column or an expression each, such as {country: Country})`,
		"{a: {of: first}}":                           "orders.attributes.a: must name a column or an expression",
		"{a: {sql: x, of: last}}":                    "--orders.attributes: orders.attributes.a: of: last: is none of first, latest",
		"{a: {sql: x, many: true}}":                  "--orders.attributes: orders.attributes.a: many: only a first purchase may have several values: add of: first, or leave many out",
		"{a: {sql: x, of: first, many: 1}}":          "--orders.attributes: orders.attributes.a: many: 1: wants true or false",
		"{a: {sql: 1, of: first}}":                   "--orders.attributes: orders.attributes.a: sql: 1: wants a column or an expression",
		"{a: {sql: x, of: first, manny: true}}":      `--orders.attributes: orders.attributes.a: "manny" is none of sql, of, many: did you mean "many"?`,
		"{Channel: {sql: x, of: first}}":             "orders.attributes: first_orders.parquet has a channel of its own: give the attribute another name",
		"{a: {sql: x, of: first, many: true}, A: y}": `orders.attributes: "A" is there twice`,
		"[a, b]": `--orders.attributes: "[a, b]" is not a valid value (it wants names with a column or an expression each, such as {country: Country})`,
		"{a: x, b: x, c: x, d: x, e: x, f: x, g: x, h: x, i: x}": "orders.attributes: 9 attributes, and 8 are the most: leave some out",
	} {
		_, err := Load(Sources{Flags: map[string]string{"orders.files": "x.parquet", "orders.attributes": text}})
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestListsTakeAttributes(t *testing.T) {
	flags := map[string]string{"orders.files": "x.parquet", "orders.attributes": "{country: Country}", "lists.columns": "[customer_id, country]"}
	if _, err := Load(Sources{Flags: flags}); err != nil {
		t.Error(err)
	}
	flags["orders.attributes"] = "{country: {sql: Country, of: first, many: true}}"
	many := "lists.columns: orders.attributes.country may have several values of a customer (many: true), so customers.parquet has no column of it: leave many out to have the first one"
	if _, err := Load(Sources{Flags: flags}); err == nil || err.Error() != many {
		t.Errorf("%v, want %s", err, many)
	}
	delete(flags, "orders.attributes")
	want := `lists.columns: customers.parquet has no column "country": cbv help settings lists what can be set`
	if _, err := Load(Sources{Flags: flags}); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestLifeOfAnOrderIsHeldTogether(t *testing.T) {
	for _, broken := range []struct{ key, value, want string }{
		{"orders.columns.version", "updated_at", "orders.columns.version: the version of an order needs orders.columns.order_id, or nothing says which rows are versions of one order"},
		{"rates.files", "rates.parquet", "rates: nothing says which rows they are for: set orders.columns.currency or spend.columns.currency"},
		{"rates.files", "[\"\"]", "rates.files: holds an empty path\nrates: nothing says which rows they are for: set orders.columns.currency or spend.columns.currency"},
		{"rates.columns.rate", "", "rates.columns.rate: must name a column or an expression"},
		{"identities.files", "[\"\"]", "identities.files: holds an empty path"},
		{"identities.columns.to", "", "identities.columns.to: must name a column or an expression"},
	} {
		_, err := Load(Sources{Flags: map[string]string{"orders.files": "x.parquet", broken.key: broken.value}})
		if err == nil || err.Error() != broken.want {
			t.Errorf("%s=%s: %v, want %s", broken.key, broken.value, err, broken.want)
		}
	}
}
