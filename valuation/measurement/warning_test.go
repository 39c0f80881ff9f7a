package measurement

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"cbv/valuation/config"
	"cbv/valuation/experiment"
	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
)

// A verdict is of the money that it was reached on: a promotion on revenue does
// not stand once a margin is configured.
func TestAVerdictOnRevenueDoesNotStandOnMargin(t *testing.T) {
	s := simulatedNights(1, 3, 30)
	s.marginRate = 0
	c := s.write(t)
	c.Time.AsOf = &config.Day{Time: time.Unix(19_048*86400, 0).UTC()}
	if d := measureShop(t, c, "spring").Document.Decision; d.Verdict != experiment.Promote {
		t.Fatalf("on revenue: %+v", d)
	}
	// where nothing is earned on any sale nobody brings more than anybody
	c.Time.AsOf = &config.Day{Time: time.Unix(19_050*86400, 0).UTC()}
	c.Orders.Columns.Margin = "amount * 0"
	d := measureShop(t, c, "spring").Document
	if d.Decision.Verdict == experiment.Promote || !strings.HasSuffix(d.Decision.Reason, "; the verdict of 2022-02-25, promote, was reached on revenue in EUR and does not stand") {
		t.Errorf("on margin: %+v", d.Decision)
	}
	c.Orders.Columns.Margin = ""
	if d := measureShop(t, c, "spring").Document.Decision; d.Verdict != experiment.Promote || d.ReachedOn != "2022-02-25" {
		t.Errorf("on revenue again: %+v", d)
	}
}

// Orders that write customers otherwise than the assignments are not measured as
// people who buy nothing.
func TestOrdersThatDoNotKnowTheAssignedAreNoMeasurement(t *testing.T) {
	s := simulatedCampaign(2, 0)
	s.asOf = 19_029
	known := s.write(t)
	unknown := map[string]bool{}
	for i, a := range s.people {
		unknown[a.customer] = i%2 == 0 || i == 1
	}
	rename := func() measuredShop {
		renamed := s
		renamed.orders = slices.Clone(s.orders)
		for i, o := range renamed.orders {
			if unknown[o.customer] {
				renamed.orders[i].customer = "0" + o.customer
			}
		}
		return renamed
	}
	c := rename().write(t)
	_, err := Measure(context.Background(), testJob(c), "spring")
	if failure.KindOf(err) != failure.Input || !strings.Contains(err.Error(), "1,501 of 3,000 assigned customers have no order up to the day of their assignment") ||
		!strings.Contains(err.Error(), "orders.columns.customer_id") {
		t.Errorf("%v", err)
	}
	unknown[s.people[1].customer] = false
	warned := measureShop(t, rename().write(t), "spring").Document.Warnings
	if !slices.ContainsFunc(warned, func(w pipeline.Warning) bool {
		return w.Code == "unknown_customers" && strings.HasPrefix(w.Message, "1,500 of 3,000 ")
	}) {
		t.Errorf("half are unknown: %+v", warned)
	}
	if all := measureShop(t, known, "spring").Document.Warnings; len(all) != 1 || all[0].Code != "hidden_discounts" {
		t.Errorf("all are known: %+v", all)
	}
}

// Everyone is in the arm that the design gives them, or nothing is measured: one
// person in another arm is found among all, whichever the arms.
func TestAssignmentsThatAreNotTheDesigns(t *testing.T) {
	s := edgyShop(3)
	s.asOf = 19_045
	seen := map[experiment.Arm]bool{}
	for i, a := range s.people {
		if seen[a.arm] {
			continue
		}
		seen[a.arm] = true
		moved := s
		moved.people = slices.Clone(s.people)
		moved.people[i].arm = experiment.Champion
		if a.arm == experiment.Champion {
			moved.people[i].arm = experiment.None
		}
		_, err := Measure(context.Background(), testJob(moved.write(t)), "spring")
		if failure.KindOf(err) != failure.Input || !strings.Contains(err.Error(), "every arm is the one of the design: got 1, want 0 (assigned-") || !strings.Contains(err.Error(), ".parquet row ") {
			t.Errorf("one moved from %s: %v", a.arm, err)
		}
	}
	if len(seen) != 4 {
		t.Errorf("arms %v, want all four", seen)
	}
}

// A hole in the watched days raises a warning, as one after them is refused.
func TestAHoleInTheWatchedDaysRaisesAWarning(t *testing.T) {
	for _, c := range []struct {
		from, to int // without an order
		want     string
	}{
		{19_010, 19_011, "there is no order from 2022-01-18 to 2022-01-19, where order days are usually 1 apart"},
		{18_999, 19_001, "there is no order from 2022-01-07 to 2022-01-09"},
		{19_010, 19_010, ""}, // closed on a Sunday
		{18_990, 19_000, ""}, // before anyone was watched
	} {
		s := simulatedCampaign(2, 0)
		s.orders = slices.DeleteFunc(s.orders, func(o rawPurchase) bool {
			day := int(o.at.Unix() / 86400)
			return c.from <= day && day <= c.to
		})
		var got string
		for _, warning := range measureShop(t, s.write(t), "spring").Document.Warnings {
			if warning.Code == "hole_in_orders" {
				got = warning.Message
			}
		}
		if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("nothing from %d to %d: %q, want %q", c.from, c.to, got, c.want)
		}
	}
}
