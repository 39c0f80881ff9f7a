package run

import (
	"context"
	"fmt"
	"testing"

	fitted "cbv/valuation/btyd/effects"
)

// The bands of repeats whose totals SQL keeps are those that effects were fitted in.
func TestAgreementOfRepeatBands(t *testing.T) {
	r, ctx := openRules(t), context.Background()
	number := func(n int) *string { text := fmt.Sprint(n); return &text }
	summary, labels := ruleTable{columns: []string{"customer_id", "repeat_purchases"}}, ruleTable{columns: []string{"customer_id", "attribute_number", "label"}}
	const most = 40
	for repeats := range most {
		summary.rows = append(summary.rows, []*string{number(repeats), number(repeats)})
		labels.rows = append(labels.rows, []*string{number(repeats), number(1), number(1)})
	}
	query, err := r.over(ctx, r.entries["start_factors"], ruleFile{}, map[string]ruleTable{"summary": summary, "first_labels": labels})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.engine.View(ctx, "rule_result", query); err != nil {
		t.Fatal(err)
	}
	rows, err := textRows(ctx, r.engine, "rule_result", []string{"customer_id", "repeat_band"})
	if err != nil || len(rows) != most {
		t.Fatalf("%d bands, want %d: %v", len(rows), most, err)
	}
	for _, row := range rows {
		var repeats, band int
		if _, err := fmt.Sscan(*row[0]+" "+*row[1], &repeats, &band); err != nil {
			t.Fatal(err)
		}
		if want := fitted.Band(repeats); band != want {
			t.Errorf("%d repeats are in band %d, want %d", repeats, band, want)
		}
	}
}
