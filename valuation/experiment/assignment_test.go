package experiment

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var spring = Design{
	Campaign: "spring-2026", Salt: "s3cret", Shares: Shares{None: 1000, Champion: 4500, Challenger: 4500},
	GlobalSalt: "everyone", GlobalHoldout: 500,
}

// The numbers are those of coreutils' sha256sum, and of DuckDB 1.4 by the
// macro in Bucket's comment.
func TestBucketPublished(t *testing.T) {
	for id, want := range map[string]int{"C-1": 1149, "C-2": 6216, "a|b": 4841, "Zoë": 9242, "": 9025} {
		if got := spring.Bucket(id); got != want {
			t.Errorf("%q is in bucket %d, want %d", id, got, want)
		}
	}
	if got := spring.GlobalBucket("C-1"); got != 1090 {
		t.Errorf("C-1 is in global bucket %d, want 1090", got)
	}
}

// No two of salt, campaign and customer run into one text.
func TestBucketDistinguishesItsParts(t *testing.T) {
	a := Design{Salt: "s", Campaign: "a"}
	b := Design{Salt: "s", Campaign: "ab"}
	same := 0
	for i := range 1000 {
		id := fmt.Sprint(i)
		if a.Bucket("b"+id) == b.Bucket(id) {
			same++
		}
	}
	if same > 5 { // 0.1 is expected
		t.Errorf("%d of 1,000 buckets are the same", same)
	}
}

// However the audience is listed, and whoever joins it, a customer stays where
// they are: the arm is a function of the customer alone.
func TestAssignmentIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		none := rapid.IntRange(0, 9000).Draw(t, "none")
		champion := rapid.IntRange(1, 9999-none).Draw(t, "champion")
		design := Design{
			Campaign: rapid.StringMatching(`[a-z]{1,8}`).Draw(t, "campaign"), Salt: rapid.StringMatching(`[a-z0-9]{1,8}`).Draw(t, "salt"),
			Shares:     Shares{none, champion, Buckets - none - champion},
			GlobalSalt: "a salt of its own", GlobalHoldout: rapid.IntRange(0, 9999).Draw(t, "global holdout"),
		}
		if err := design.Validate(); err != nil {
			t.Fatal(err)
		}
		audience := rapid.SliceOfDistinct(rapid.String(), rapid.ID[string]).Draw(t, "audience")
		arms := map[string]Arm{}
		for _, id := range audience {
			arms[id] = design.Arm(id)
		}
		grown := append(slices.Clone(audience), rapid.SliceOf(rapid.String()).Draw(t, "new customers")...)
		again := design
		for _, id := range rapid.Permutation(grown).Draw(t, "order") {
			if arm, before := arms[id]; before && again.Arm(id) != arm {
				t.Fatalf("%q moved from %s to %s", id, arm, again.Arm(id))
			}
			bucket := design.Bucket(id)
			if bucket < 0 || bucket >= Buckets {
				t.Fatalf("bucket %d", bucket)
			}
		}
		total := 0.0
		for _, arm := range []Arm{None, Champion, Challenger, GlobalHoldout} {
			total += design.Probability(arm)
		}
		if !(math.Abs(total-1) <= 1e-12) {
			t.Fatalf("the probabilities add up to %v", total)
		}
		ranges := design.Ranges()
		if ranges[0].From != 0 || ranges[len(ranges)-1].To != Buckets {
			t.Fatalf("ranges %v", ranges)
		}
	})
}

// Over 200 campaigns of 20,000 customers the arms' chi-square is as of chance:
// its mean is the degrees of freedom, and 5 % are above the 95 % point.
func TestArmsAreBalancedWithinChance(t *testing.T) {
	const campaigns, customers = 200, 20_000
	sum, above := 0.0, 0
	for i := range campaigns {
		design := spring
		design.Campaign = fmt.Sprintf("campaign %d", i)
		counts := map[Arm]int{}
		for id := range customers {
			// the global holdout is the same in all campaigns: leave it out of a
			// chi-square over independent ones
			counts[armOf(design, fmt.Sprint(id))]++
		}
		chi := 0.0
		for _, r := range design.Ranges() {
			expected := customers * float64(r.To-r.From) / Buckets
			off := float64(counts[r.Arm]) - expected
			chi += off * off / expected
		}
		sum += chi
		if chi > 5.991 { // 95 % point at 2 degrees of freedom
			above++
		}
	}
	mean := sum / campaigns
	t.Logf("mean chi-square %.3f, %d of %d above the 95 %% point", mean, above, campaigns)
	if !(math.Abs(mean-2) <= 3*2/math.Sqrt(campaigns)) { // variance 4
		t.Errorf("mean chi-square %.3f, want 2", mean)
	}
	if above > 21 { // 10 ± 3.1, and 3.5 of these
		t.Errorf("%d of %d above the 95 %% point", above, campaigns)
	}
}

func armOf(d Design, id string) Arm {
	d.GlobalHoldout = 0
	return d.Arm(id)
}

// A customer's arm says nothing of their arm in another campaign, or of the
// global holdout: those held out of one are held out of the next by chance.
func TestArmsOfTwoCampaignsAreIndependent(t *testing.T) {
	const customers = 200_000
	autumn := spring
	autumn.Campaign = "autumn-2026"
	both, first, second, global, globalAndBucket := 0.0, 0.0, 0.0, 0.0, 0.0
	for i := range customers {
		id := fmt.Sprint(i)
		a, b := armOf(spring, id) == None, armOf(autumn, id) == None
		held := spring.Arm(id) == GlobalHoldout
		if held != (autumn.Arm(id) == GlobalHoldout) {
			t.Fatalf("%s is in the global holdout of one campaign alone", id)
		}
		both += one(a && b)
		first += one(a)
		second += one(b)
		global += one(held)
		globalAndBucket += one(a && held)
	}
	for name, c := range map[string]struct{ joint, a, b float64 }{"two campaigns": {both, first, second}, "global and campaign": {globalAndBucket, first, global}} {
		expected := c.a * c.b / customers
		if !(math.Abs(c.joint-expected) <= 3.5*math.Sqrt(expected)) {
			t.Errorf("%s: %v in both, want %v", name, c.joint, expected)
		}
	}
	if !(math.Abs(global-0.05*customers) <= 3.5*math.Sqrt(0.05*0.95*customers)) {
		t.Errorf("%v in the global holdout, want %v", global, 0.05*customers)
	}
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func TestValidateNamesTheThingAndTheRemedy(t *testing.T) {
	for _, c := range []struct {
		change func(*Design)
		want   string
	}{
		{func(d *Design) {}, ""},
		{func(d *Design) { d.GlobalHoldout, d.GlobalSalt = 0, "" }, ""},
		{func(d *Design) { d.Campaign = "" }, "campaign: it is empty"},
		{func(d *Design) { d.Salt = "a|b" }, `salt "a|b": it contains the |`},
		{func(d *Design) { d.Campaign = "spring " }, `campaign "spring ": it begins or ends with a space`},
		{func(d *Design) { d.Shares.None = -1 }, "arm none: its share is -1"},
		{func(d *Design) { d.Shares.None = 999 }, "add up to 9999: make them 10000"},
		{func(d *Design) { d.Shares = Shares{Champion: Buckets} }, "everyone is in arm champion"},
		{func(d *Design) { d.GlobalHoldout = Buckets }, "global holdout: its share is 10000"},
		{func(d *Design) { d.GlobalSalt = "" }, "global salt: it is empty"},
		{func(d *Design) { d.GlobalSalt = d.Salt }, "global salt: it is the campaign's salt too"},
	} {
		design := spring
		c.change(&design)
		err := design.Validate()
		if c.want == "" {
			if err != nil {
				t.Errorf("%v", err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}
