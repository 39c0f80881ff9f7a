package command

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"cbv/valuation/campaign"
	"cbv/valuation/experiment"
)

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
	ts.Check(begun.Append(day, func(add func(campaign.Assignment) error) error {
		return e.EachOrNull(ctx, "customers_of_script", []string{"cast(customer_id as varchar)", "cast(arm as varchar)", "cast(clv as double)"}, func(v []driver.Value) error {
			row := campaign.Assignment{CustomerID: v[0].(string), CLV: v[2].(float64)}
			row.Arm = terms.Design.Arm(row.CustomerID)
			if arm, given := v[1].(string); given {
				row.Arm = experiment.Arm(arm)
			}
			row.Probability = terms.Design.Probability(row.Arm)
			return add(row)
		})
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
