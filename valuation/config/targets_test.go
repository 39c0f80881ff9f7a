package config

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// What is wrong with a declared target is said by the name of the setting, with what
// to write instead.
func TestDeclaredTargetsThatAreRefused(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"{name: klaviyo, key: email, columns: [{header: a, field: email}]}", "target klaviyo: the name is a built-in target's: give it another"},
		{"{name: My Tool, key: email, columns: [{header: a, field: email}]}", `target My Tool: name: "My Tool": 3 to 40 lower-case letters, digits and underscores, a letter first: it is part of file names`},
		{"{name: tool, channel: post, key: email, columns: [{header: a, field: email}]}", `target tool: channel: "post" is neither email nor ads`},
		{"{name: tool, key: email}", "target tool: columns: 0: a file has 1 to 64, each with a header and a field"},
		{"{name: tool, columns: [{header: a, field: email}]}", "target tool: key: set it to email or customer_id, or set needs: a target knows its rows by something"},
		{"{name: tool, key: phone, columns: [{header: a, field: phone}]}", `target tool: key: "phone": rows are known by email or customer_id, or, without a key, by any of needs`},
		{"{name: tool, key: email, needs: [phone], columns: [{header: a, field: email}, {header: b, field: phone}]}", "target tool: needs: a target whose key is email needs that alone: leave needs out"},
		{"{name: tool, needs: [city], columns: [{header: a, field: city}]}", `target tool: needs: "city": a row is known by email or phone`},
		{"{name: tool, key: email, columns: [{header: a, field: phone}]}", "target tool: needs: email has no column: give it one, or need another"},
		{"{name: tool, key: email, columns: [{header: '=a', field: email}]}", `target tool: columns[1]: header: "=a": a header begins with a letter`},
		{"{name: tool, key: email, columns: [{header: a, field: email}, {header: A, field: city}]}", `target tool: columns[2]: header: "A" is there twice: only what rows are known by may repeat, in another form`},
		{"{name: tool, key: email, columns: [{header: a, field: e-mail}]}", "target tool: needs: email has no column: give it one, or need another"},
		{"{name: tool, key: email, columns: [{header: a, field: email}, {header: b, field: town}]}", `target tool: columns[2]: field: there is no "town": the fields are customer_id, email, phone, first_name, last_name, country, zip, city, state, uid, value`},
		{"{name: tool, key: email, columns: [{header: a, field: email}, {header: b}]}", "target tool: columns[2]: set field, or fixed for the same cell in every row"},
		{"{name: tool, key: email, columns: [{header: a, field: email, form: [md5]}]}", `target tool: columns[1]: form: there is no step "md5": the steps are trim, lower`},
		{"{name: tool, key: email, columns: [{header: a, field: email, form: [digits]}]}", "target tool: columns[1]: form: digits is a step of phone, not of email"},
		{"{name: tool, key: email, columns: [{header: a, field: email, form: [sha256, lower]}]}", "target tool: columns[1]: form: sha256 is the last step: nothing can be done to a hash"},
		{"{name: tool, key: email, columns: [{header: a, field: email}, {header: b, fixed: '=1'}]}", `target tool: columns[2]: fixed: "=1" stands as it is: no formula, and no form`},
		{"{name: tool, key: email, columns: [{header: a, field: email}, {header: b, field: phone, apart: true}]}", "target tool: columns[2]: apart: it is for a second form of the e-mail, right after the first, under the same header"},
		{"{name: tool, key: email, delimiter: '||', columns: [{header: a, field: email}]}", `target tool: delimiter: "||" is none of a comma, a semicolon and a tab`},
		{"{name: tool, key: email, delimiter: '|', columns: [{header: a, field: email}]}", `target tool: delimiter: "|" is none of a comma, a semicolon and a tab`},
		{"{name: tool, key: email, max_rows: -1, columns: [{header: a, field: email}]}", "target tool: a limit is below 0: leave it out for none"},
		{"{name: tool, key: email, membership: true, columns: [{header: a, field: email}]}", "target tool: membership: its column is an attribute: set attributes"},
	} {
		settings := Default()
		if err := yaml.UnmarshalWithOptions([]byte("targets: ["+c.text+"]"), &settings, yaml.Strict()); err != nil {
			t.Fatal(err)
		}
		settings.Orders.Files = Files{"x.parquet"}
		err := settings.validate(true)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\nnot %s", c.text, err, c.want)
		}
	}
}
