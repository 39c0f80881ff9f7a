package command

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"cbv/valuation/campaign"
	"cbv/valuation/engine"
	"cbv/valuation/experiment"
)

// scriptCustomer is a customer whom a script assigns.
type scriptCustomer struct {
	CustomerID string
	Arm        *experiment.Arm // null: by the design
	CLV        float64
}

// assignCustomers begins a campaign, or adds to it: assign OUT TERMS DAY SQLFILE
// VIEWS. TERMS is a file as campaign.json, the SELECT gives customer_id, arm (null:
// by the design) and clv; the views are those of writeParquet.
func assignCustomers(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, args[:min(4, len(args))], "assign OUT TERMS DAY SQLFILE")
	var terms campaign.Terms
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &terms))
	day, err := time.Parse(time.DateOnly, args[2])
	ts.Check(err)
	begun, err := campaign.Begin(ts.MkAbs(args[0]), terms)
	ts.Check(err)
	ctx := context.Background()
	e := openEngine(ctx, ts)
	defer e.Close()
	defineViews(ctx, ts, e, args[4:])
	ts.Check(e.View(ctx, "customers_of_script", ts.ReadFile(args[3])))
	ts.Check(e.View(ctx, "typed_customers_of_script", "select cast(customer_id as varchar) as customer_id, cast(arm as varchar) as arm, cast(clv as double) as clv from customers_of_script"))
	ts.Check(begun.Append(day, func(add func(campaign.Assignment) error) error {
		for customer, err := range engine.Select[scriptCustomer](ctx, e, "typed_customers_of_script") {
			if err != nil {
				return err
			}
			row := campaign.Assignment{CustomerID: customer.CustomerID, Arm: terms.Design.Arm(customer.CustomerID), CLV: customer.CLV}
			if customer.Arm != nil {
				row.Arm = *customer.Arm
			}
			row.Probability = terms.Design.Probability(row.Arm)
			if err := add(row); err != nil {
				return err
			}
		}
		return nil
	}))
}

// linkMeasured links to the one measurement of a day: link-measured OUT CAMPAIGN
// DAY LINK.
func linkMeasured(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, args, "link-measured OUT CAMPAIGN DAY LINK")
	found, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "campaigns", args[1], "measured", args[2]+"-*"))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%d measurements of %s on %s, want 1", len(found), args[1], args[2])
	}
	ts.Check(os.Symlink(found[0], ts.MkAbs(args[3])))
}
