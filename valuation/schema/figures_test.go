package schema

import (
	"slices"
	"strings"
	"testing"
)

func TestFiguresAreDeclaredOnceAndWhole(t *testing.T) {
	names := map[string]bool{}
	for _, figure := range Figures {
		if names[figure.Name] {
			t.Errorf("figure %s is there twice", figure.Name)
		}
		names[figure.Name] = true
		if !slices.Contains(figureUnits, figure.Unit) || figure.Meaning == "" {
			t.Errorf("figure %s: unit %q, meaning %q", figure.Name, figure.Unit, figure.Meaning)
		}
	}
	for _, figure := range Figures {
		for part := range figureParts {
			if part != "" && names[figure.Name+part] {
				t.Errorf("figure %s is also a column of %s", figure.Name+part, figure.Name)
			}
		}
	}
}

// tableOfAll returns a table that has every figure of a scope, as the catalogue says.
func tableOfAll(scope Scope) FigureTable {
	table := FigureTable{Name: "all " + string(scope), Columns: append(scope.keys(), "n")}
	for _, figure := range Figures {
		if figure.Scope != scope {
			continue
		}
		table.Columns = append(table.Columns, figure.Name)
		if figure.Interval != "" {
			table.Columns = append(table.Columns, figure.Name+"_low", figure.Name+"_high")
		}
	}
	return table
}

func tablesOfAll() []FigureTable {
	return []FigureTable{tableOfAll(OfBase), tableOfAll(OfChannel), tableOfAll(ByMonth), tableOfAll(ByMonthAndChannel)}
}

func TestMatchFigures(t *testing.T) {
	matched, err := MatchFigures(tablesOfAll())
	if err != nil {
		t.Fatal(err)
	}
	find := func(table, name string) FigureColumns {
		i := slices.IndexFunc(matched[table], func(c FigureColumns) bool { return c.Name == name })
		return matched[table][i]
	}
	if c := find("all ", "clv"); c.Value != "clv" || c.Low != "clv_low" || c.High != "clv_high" || c.N != "n" || c.Month+c.Channel != "" {
		t.Errorf("clv: %+v", c)
	}
	if c := find("all ", "cac_configured"); c.N != "" {
		t.Errorf("cac_configured, which counts nobody: %+v", c)
	}
	if c := find("all month and channel", "returning_share_of_buyers"); c.Month != "month" || c.Channel != "channel" {
		t.Errorf("returning_share_of_buyers: %+v", c)
	}
}

func TestMatchFiguresNamesWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		drop, add, want string
	}{
		{"revenue", "", "figure revenue: no table of figures has a column revenue"},
		{"", "turnover", "all : column turnover is of no figure of the catalogue"},
		{"clv_low", "", "all : figure clv: low and high come together"},
		{"", "margin_low margin_high", "all : figure margin: an interval where the catalogue has one, and nowhere else"},
		{"repeat_rate_low repeat_rate_high", "", "all : figure repeat_rate: an interval where the catalogue has one, and nowhere else"},
		{"", "cac_configured_n", "all : figure cac_configured: an n where the catalogue says what it counts, and nowhere else"},
		{"", "repeat_rate_counted", "all : figure repeat_rate: a value or two counts, and not both"},
		{"repeat_rate", "repeat_rate_counted", "all : figure repeat_rate: counts are of its own n, and make its interval"},
		{"", "revenue_n_before", "all : figure revenue: the counts before are two, beside two others"},
		{"", "value_added_by_acquisition", "figure value_added_by_acquisition: both all  and all month have it"},
		{"", "value_added_by_acquisition", "all : figure value_added_by_acquisition: the columns month and channel of a table are its figures' scope"},
	} {
		tables := tablesOfAll()
		columns := slices.DeleteFunc(tables[0].Columns, func(name string) bool { return slices.Contains(strings.Fields(c.drop), name) })
		tables[0].Columns = append(columns, strings.Fields(c.add)...)
		_, err := MatchFigures(tables)
		if err == nil || !slices.Contains(strings.Split(err.Error(), "\n"), c.want) {
			t.Errorf("without %q, with %q: %v, want %s", c.drop, c.add, err, c.want)
		}
	}
}
