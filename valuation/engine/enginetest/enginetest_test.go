package enginetest_test

import (
	"context"
	"strings"
	"testing"

	"cbv/valuation/engine"
	"cbv/valuation/engine/enginetest"
)

type sale struct {
	CustomerID string
	Minor      *int64
}

func TestRowsComeBackAsTheyWentIn(t *testing.T) {
	ctx := context.Background()
	var e engine.Engine = enginetest.New()
	minor := int64(250)
	enginetest.Put(e, "sales", sale{"b", nil}, sale{"a", &minor})
	var got []string
	for row, err := range engine.SelectInOrder[sale](ctx, e, "sales", "customer_id") {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, row.CustomerID); (row.Minor == nil) != (row.CustomerID == "b") {
			t.Errorf("%+v", row)
		}
	}
	if strings.Join(got, "") != "ab" {
		t.Errorf("in the order of the key: %v", got)
	}
	if n, err := e.Count(ctx, "sales"); n != 2 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
}

// What a real engine refuses, this one does too.
func TestWhatIsRefused(t *testing.T) {
	ctx := context.Background()
	var e engine.Engine = enginetest.New()
	if _, err := engine.All[sale](ctx, e, "sales"); err == nil {
		t.Error("a table that nobody made is read")
	}
	enginetest.Put(e, "sales", sale{"a", nil})
	if _, err := engine.All[struct{ Channel string }](ctx, e, "sales"); err == nil {
		t.Error("a column that is not there is read")
	}
	for _, err := range engine.Select[sale](ctx, e, "sales") {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Count(ctx, "sales"); err == nil {
			t.Error("the engine is asked inside a loop over rows")
		}
	}
	if err := e.View(ctx, "some", "select 1"); err == nil {
		t.Error("SQL runs")
	}
}
