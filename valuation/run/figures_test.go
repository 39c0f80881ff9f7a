package run

import (
	"os"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/pipeline"
	"cbv/valuation/retention"
	"cbv/valuation/schema"
)

// The columns of the tables of figures, as their SQL says, are the catalogue's.
func TestFiguresAreThoseOfTheCatalogue(t *testing.T) {
	entries, err := pipeline.Load(os.DirFS("../../sql"), Nightly)
	if err != nil {
		t.Fatal(err)
	}
	var tables []schema.FigureTable
	for _, entry := range entries {
		if !slices.Contains(retention.FigureTables, entry.Name) {
			continue
		}
		table := schema.FigureTable{Name: entry.Name, Columns: finalColumns(entry.SQL)}
		if hasMonth := slices.Contains(table.Columns, "month"); !hasMonth && entry.Grain != "one row" {
			t.Errorf("%s: figures of the base to date, and grain %q", entry.Name, entry.Grain)
		}
		tables = append(tables, table)
	}
	if len(tables) != len(retention.FigureTables) {
		t.Errorf("%d tables of figures, and the plan makes %d", len(retention.FigureTables), len(tables))
	}
	if _, err := schema.MatchFigures(tables); err != nil {
		t.Error(err)
	}
}

// finalColumns returns the names of the columns of a SQL file: of the select of
// final, or of the only one.
func finalColumns(sql string) []string {
	_, list, found := strings.Cut(sql, "\nfinal as (\n    select\n")
	if !found {
		_, list, _ = strings.Cut(sql, "\nselect\n")
	}
	var columns []string
	var column string
	depth := 0
	for line := range strings.Lines(list) {
		code, _, _ := strings.Cut(line, "--")
		line = strings.TrimSpace(code)
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if words[0] == "from" && depth == 0 {
			break
		}
		depth += strings.Count(line, "(") - strings.Count(line, ")")
		last := words[len(words)-1]
		column = strings.TrimSuffix(last[1+strings.LastIndex(last, "."):], ",")
		if depth == 0 && strings.HasSuffix(line, ",") {
			columns, column = append(columns, column), ""
		}
	}
	return append(columns, column)
}

func TestFinalColumns(t *testing.T) {
	got := finalColumns(`
with

other as (
    select
        a
    from b
),

final as (
    select
        sums.month,
        n, -- of all
        case
            when x > 0
                then coalesce(y, 0)
        end as share,
        greatest(
            p,
            q
        ) as most
    from sums
)

select * from final
`)
	if want := []string{"month", "n", "share", "most"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
