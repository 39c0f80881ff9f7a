package run

import (
	"path/filepath"
	"reflect"
	"testing"
)

// Effects of first orders are reused with the parameters beside which they were fitted: on
// the base of the fit they change nothing, a day later they are the same to the last bit, and
// of an attribute that is read otherwise there are none.
func TestReusedEffectsOfFirstOrders(t *testing.T) {
	if testing.Short() {
		t.Skip("simulates a shop")
	}
	c, _ := simulated(t, startedShop(1))
	fitted := runBatch(t, c)
	file := readEffects(t, fitted.Folder)
	if !file.Purchases.Chosen || len(file.Purchases.Effects) == 0 {
		t.Fatalf("effects are not chosen: %s", file.Purchases.Why)
	}
	c.Run.Model = fitted.Folder
	reused := runBatch(t, c)
	if from := reused.Manifest.Model.From; from == nil || from.Run != filepath.Base(fitted.Folder) {
		t.Errorf("origin of the parameters: %+v", from)
	}
	sameFiles(t, fitted.Folder, reused.Folder, "customers.parquet", "segments.parquet", "first_orders.parquet")
	if again := readEffects(t, reused.Folder); !reflect.DeepEqual(again, file) {
		t.Errorf("effects %+v, fitted as %+v", again, file)
	}
	if told, want := reused.Manifest.Model.Started, fitted.Manifest.Model.Started; !reflect.DeepEqual(told, want) {
		t.Errorf("the manifest says %+v of first orders, of the fit %+v", told, want)
	}
	for i, attribute := range c.Orders.Attributes {
		if attribute.Name == "category" {
			c.Orders.Attributes[i].Text = "upper(category)"
		}
	}
	if other := readEffects(t, runBatch(t, c).Folder); other.Purchases.Chosen || len(other.Purchases.Effects) > 0 {
		t.Errorf("of a category that is read otherwise there are the effects %+v", other.Purchases.Effects)
	}
}
