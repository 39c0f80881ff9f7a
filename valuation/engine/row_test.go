package engine

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFieldsAreColumns(t *testing.T) {
	type period struct{ StartsOn time.Time }
	type row struct {
		period
		CACMinor      *float64
		PPurchase30d  float64
		IsWhole       bool
		LocalMidnight time.Time `col:",timestamp"`
		Other         string    `col:"first_channel"`
		SpendExceeds  []float64
	}
	got := map[string]Type{}
	for _, c := range columnsOf(reflect.TypeFor[row]()) {
		got[c.name] = c.kind
	}
	want := map[string]Type{
		"starts_on": Date, "cac_minor": Double, "p_purchase_30d": Double, "is_whole": Boolean,
		"local_midnight": Timestamp, "first_channel": Varchar, "spend_exceeds": Doubles,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestValuesGoIntoFieldsOfTheirType(t *testing.T) {
	type row struct {
		Customers int64
		Channel   *string
	}
	columns := columnsOf(reflect.TypeFor[row]())
	var r row
	field := func(i int) reflect.Value { return reflect.ValueOf(&r).Elem().FieldByIndex(columns[i].path) }
	if err := columns[0].set(field(0), int64(3)); err != nil || r.Customers != 3 {
		t.Errorf("3 customers became %d, %v", r.Customers, err)
	}
	if err := columns[1].set(field(1), nil); err != nil || r.Channel != nil {
		t.Errorf("null became %v, %v", r.Channel, err)
	}
	if err := columns[1].set(field(1), "search"); err != nil || *r.Channel != "search" {
		t.Errorf("search became %v, %v", r.Channel, err)
	}
	for _, wrong := range []any{nil, "3", 3.0, true} {
		if err := columns[0].set(field(0), wrong); err == nil {
			t.Errorf("%v passes for a number of customers", wrong)
		}
	}
}
