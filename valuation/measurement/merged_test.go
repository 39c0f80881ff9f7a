package measurement

import (
	"slices"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/pipeline"
)

// identity is a row of the file of merged customers.
type identity struct {
	From string `parquet:"from"`
	To   string `parquet:"to"`
}

// Customers who were merged after their assignment are measured as if they had had one
// id all along: their assignments, contacts and last watched days are those of the ids
// of before, their orders of both. Who was assigned under both counts once, by the first.
func TestMergedCustomersAreMeasuredAsOne(t *testing.T) {
	s := edgyShop(3)
	s.byOrder = true
	s.orders = append(s.orders, spreadOrders(s.people[:80])...)
	c := s.write(t)
	before := measureShop(t, c, "spring")

	const now = "now "
	merged := s
	merged.orders = slices.Clone(s.orders)
	for i := range merged.orders {
		if i%3 > 0 {
			merged.orders[i].customer = now + merged.orders[i].customer
		}
	}
	var identities []identity
	for _, id := range customersOf(s) {
		identities = append(identities, identity{id, now + id})
	}
	ofMerged := merged.write(t)
	ofMerged.Identities.Files = config.Files{writeRows(t, "identities.parquet", identities)}
	after := measureShop(t, ofMerged, "spring")
	sameFiles(t, before.Folder, after.Folder, "measure.parquet", "measure.json")

	var differ int64
	for _, person := range s.people[:60] {
		again := person
		again.customer, again.day = now+person.customer, person.day+1
		again.arm = s.terms.Design.Arm(again.customer)
		if again.day > s.asOf {
			continue
		}
		if again.arm != person.arm {
			differ++
		}
		merged.people = append(slices.Clip(merged.people), again)
	}
	repeated := int64(len(merged.people) - len(s.people))
	if differ == 0 || repeated == differ {
		t.Fatalf("%d of %d were assigned to another arm: choose others", differ, repeated)
	}
	twice := merged.write(t)
	twice.Identities.Files = ofMerged.Identities.Files
	result := measureShop(t, twice, "spring")
	sameFiles(t, before.Folder, result.Folder, "measure.parquet")
	if result.Document.AssignedLater != before.Document.AssignedLater {
		t.Errorf("%d assigned later, want %d", result.Document.AssignedLater, before.Document.AssignedLater)
	}
	said := slices.ContainsFunc(result.Document.Warnings, func(w pipeline.Warning) bool {
		return w.Code == "merged_assignments"
	})
	if !said {
		t.Errorf("nothing says that %d were assigned twice: %v", repeated, result.Document.Warnings)
	}
}

// customersOf are the ids of the orders, each once.
func customersOf(s measuredShop) (ids []string) {
	for _, o := range s.orders {
		ids = append(ids, o.customer)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
