package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/report/page"
	"cbv/valuation/report/page/pagetest"
	"cbv/valuation/simulation"
)

// readPage returns the page of a run, which is sound and says what the run's files say.
func readPage(t *testing.T, result Result, leastFigures int) (string, *pagetest.Element) {
	t.Helper()
	html, err := os.ReadFile(filepath.Join(result.Folder, page.Name))
	if err != nil {
		t.Fatal(err)
	}
	root := pagetest.Sound(t, string(html))
	if held := pagetest.Agrees(t, root, result.Folder); held < leastFigures {
		t.Errorf("the page has %d figures, want %d at least", held, leastFigures)
	}
	return string(html), root
}

// The fixture has channels, returns, a run before, and no two years of each season.
func TestThePageSaysWhatTheTablesSay(t *testing.T) {
	t.Parallel()
	_, after := explained(t)
	html, root := readPage(t, after.Result, 500)
	if charts := len(root.All("svg")); charts < 12 {
		t.Errorf("the page has %d charts", charts)
	}
	for _, row := range readOrders(t, shop(t)) {
		if row.Customer != nil && strings.Contains(html, *row.Customer) {
			t.Fatalf("the page names the customer %s", *row.Customer)
		}
	}
}

// Spend, several runs of one shop, and texts in channels that break naive writers: the page
// shows each as text.
func TestThePageOfAShopWithHostileChannels(t *testing.T) {
	t.Parallel()
	c, _ := hostileShop(t)
	c.Time.AsOf = parseDay(t, "2022-10-31")
	runBatch(t, c)
	c.Time.AsOf = parseDay(t, "2022-12-31")
	_, root := readPage(t, runBatch(t, c), 300)
	channels := map[string]bool{}
	for _, table := range root.All("table") {
		for _, name := range table.All("th") {
			channels[strings.Join(strings.Fields(name.Text), " ")] = true
		}
	}
	for _, channel := range []string{"a\"b", "👩‍👩‍👧", "\u202eoslat"} {
		if !channels[channel] {
			t.Errorf("the page does not name the channel %q", channel)
		}
	}
	for _, table := range root.All("table") {
		if runs := len(table.All("tr")) - 1; table.Attr["data-from"] == "runs" && runs != 2 {
			t.Errorf("the page has %d runs of the last months, want 2", runs)
		}
	}
}

func TestThePageOfASmallShopSaysWhyItHasNoCharts(t *testing.T) {
	t.Parallel()
	html, _ := readPage(t, runSmallShop(t, "2023-04-30", true), 30)
	if !strings.Contains(html, "no customer has a value") {
		t.Error("the page does not say why nobody has a value")
	}
}

// A reader of the page of fixtures/untrusted.md finds the five answers that are written
// there, before anything else.
func TestTheUntrustedShopIsAnswered(t *testing.T) {
	t.Parallel()
	options := simulation.Default()
	options.Customers, options.Seed = 3000, 5
	c, _ := simulated(t, options)
	for _, month := range []string{"07", "08", "09"} {
		if err := os.Remove(filepath.Join(filepath.Dir(c.Orders.Files[0]), "orders-2023-"+month+".parquet")); err != nil {
			t.Fatal(err)
		}
	}
	c.Lists.Include = config.Default().Lists.Include
	html, root := readPage(t, runBatch(t, c), 300)
	saysDistrustFirst(t, html, root)
	head := strings.Join(strings.Fields(root.All("header")[0].Text), " ")
	at := 0
	for _, answer := range []string{
		"Not trusted. Do not use the total below, nor any value, mark or chance of purchase of this run",
		"the forecast was", "too high, more than 25",
		"What may be why: the days without orders from 2023-07-01 to 2023-09-30 lie in those on which the forecast was tested",
		"Mend first: no order from 2023-07-01 to 2023-09-30",
		"accept it (run: {accept: [missing_days]}); either way, run again",
		"Tonight's lists: those by segment (lists/segment_….csv) rest on what customers did, and may go out if whoever sends them knows that purchases of the missing days are not in them",
		"Those by mark (lists/acquisition_lookalike.csv, lists/new_onboard.csv, lists/retain.csv) or by lifecycle",
		"and the seed", "(lists/seed.csv), rest on the model, and may not.",
		"Until then: go by the segments, the repeat rates and the cohorts on this page, which are counted and not forecast. Purchases of the missing days are not in them either.",
	} {
		found := strings.Index(head[at:], answer)
		if found < 0 {
			t.Fatalf("the page does not say %q behind %q", answer, head[:at])
		}
		at += found
	}
	for _, id := range []string{"segments", "repeats", "ages"} {
		if !strings.Contains(sectionText(root, id), "No order of 2023-07-01 to 2023-09-30 is in the files") {
			t.Errorf("the section %s does not say that days are missing", id)
		}
	}
}

// saysDistrustFirst wants distrust before all else, then no range anywhere, no total in
// large letters, and a mark beside what rests on the model.
func saysDistrustFirst(t *testing.T, html string, root *pagetest.Element) {
	t.Helper()
	first := root.All("header")[0].All("div")[0]
	if first.Attr["class"] != "alarm" || !strings.HasPrefix(strings.TrimSpace(first.Text), "Not trusted.") {
		t.Errorf("the page begins with %q", first.Text)
	}
	marked := 0
	for _, mark := range root.All("span") {
		if mark.Attr["class"] == "distrusted" {
			marked++
		}
	}
	if marked < 4 || strings.Contains(html, `<p class="lead">`) {
		t.Errorf("%d sections are marked as not trusted, and a total in large letters: %t", marked, strings.Contains(html, `<p class="lead">`))
	}
	if strings.Contains(html, "with a probability of 80") || strings.Contains(html, "clv_low") {
		t.Error("what is not trusted has a range")
	}
}

// sectionText returns what a section says.
func sectionText(root *pagetest.Element, id string) string {
	for _, section := range root.All("section") {
		if section.Attr["aria-labelledby"] == id {
			return section.Text
		}
	}
	return ""
}
