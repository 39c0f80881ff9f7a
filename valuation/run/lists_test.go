package run

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"cbv/valuation/config"
	"cbv/valuation/simulation"
)

// hostile are texts that break naive writers and readers of CSV, or that a
// spreadsheet would take for a formula.
var hostile = []string{
	`"`, `""`, `a"b`, `a,b`, "a\nb", "a\r\nb", "\r", "a\rb", "\tx", " leading", "trailing ", "0007", "007.50", "1e5", "TRUE",
	"=1+1", "+447700900123", "-2+3", "-5", "--5", "@sum(a1)", "=cmd|' /C calc'!a0", "'=1", "'", "''", "NULL", "\\N", "null",
	"\u202eoslat", "\u200fמזל", "é", "e\u0301", "👩‍👩‍👧", "a;b", "a|b", "<b>", "${x}", "%s", "a\\", `\"`, strings.Repeat("x", 10_000), "=" + strings.Repeat("y", 10_000),
}

// hostileShop is a simulated shop whose first customers have hostile ids and
// channels. It returns the channel of every customer.
func hostileShop(t *testing.T) (config.Config, map[string]string) {
	t.Helper()
	options := simulation.Default()
	options.Customers = 2000
	c, _ := simulated(t, options)
	c.Lists.Include = []string{"mark", "lifecycle", "segment", "seed"}
	rows := readOrders(t, c)
	channels := map[string]string{}
	renamed := map[string]int{}
	for i := range rows {
		id := *rows[i].Customer
		n, seen := renamed[id]
		if !seen {
			n = len(renamed)
			renamed[id] = n
		}
		if n < len(hostile) {
			rows[i].Customer, rows[i].Channel = &hostile[n], &hostile[len(hostile)-1-n]
		}
		channels[*rows[i].Customer] = *rows[i].Channel
	}
	c.Orders.Files = config.Files{writeOrders(t, rows)}
	return c, channels
}

var (
	formula = regexp.MustCompile(`^[=+@\t\r-]`)
	number  = regexp.MustCompile(`^[+-][0-9]+$`) // a phone too, which stays as it is
)

// readList returns the rows of a list as maps by column.
func readList(t *testing.T, path string) []map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// encoding/csv folds \r\n inside quotes into \n; a stand-in survives it.
	reader := csv.NewReader(strings.NewReader(strings.ReplaceAll(string(text), "\r", "\ue000")))
	lines, err := reader.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	var rows []map[string]string
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, cell := range line {
			row[lines[0][i]] = strings.ReplaceAll(cell, "\ue000", "\r")
		}
		rows = append(rows, row)
	}
	return rows
}

// original undoes the apostrophe that keeps a text from being a formula.
func original(cell string) string {
	if rest, safe := strings.CutPrefix(cell, "'"); safe && formula.MatchString(rest) {
		return rest
	}
	return cell
}

func TestHostileTextsSurviveEveryList(t *testing.T) {
	t.Parallel()
	c, channels := hostileShop(t)
	result := runBatch(t, c, "customers", listStep)
	want := map[string][]string{}
	for _, row := range readCustomers(t, result.Folder) {
		id := *row.ID
		mark := *row.Mark
		if *row.MarkReason == "new_onboard" {
			mark = "new_onboard"
		}
		for _, list := range []string{mark, "lifecycle_" + *row.Lifecycle, config.SegmentList(*row.Segment)} {
			want[list] = append(want[list], id)
		}
		if *row.Seed {
			want["seed"] = append(want["seed"], id)
		}
	}
	files, err := filepath.Glob(filepath.Join(result.Folder, "lists", "*.csv"))
	if err != nil || len(files) != 3+4+11+1 {
		t.Fatalf("%d lists, %v", len(files), err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		list := strings.TrimSuffix(filepath.Base(file), ".csv")
		var got []string
		for _, row := range readList(t, file) {
			for _, column := range []string{"customer_id", "first_channel"} {
				if cell := row[column]; formula.MatchString(cell) && !number.MatchString(cell) {
					t.Errorf("%s: %.20q would be a formula", list, cell)
				}
			}
			id := original(row["customer_id"])
			// An id that itself begins with an apostrophe and a formula sign
			// is the one that cannot be distinguished from a safe one.
			if _, known := channels[id]; !known {
				id = row["customer_id"]
			}
			if channel := row["first_channel"]; original(channel) != channels[id] && channel != channels[id] {
				t.Errorf("%s: channel of %.20q is %.20q, want %.20q", list, id, channel, channels[id])
			}
			got = append(got, id)
			seen[id] = true
		}
		slices.Sort(got)
		slices.Sort(want[list])
		// '=1 and =1 would both read '=1; only the former is there.
		if !slices.Equal(got, want[list]) {
			t.Errorf("%s: %d customers, want %d", list, len(got), len(want[list]))
		}
	}
	for _, id := range hostile {
		if strings.TrimSpace(id) != "" && !seen[id] {
			t.Errorf("%.20q is on no list", id)
		}
	}
}

func TestListsHoldWhatIsConfigured(t *testing.T) {
	t.Parallel()
	options := simulation.Default()
	options.Customers = 2000
	c, _ := simulated(t, options)
	c.Lists.Include = []string{"seed", "mark"}
	c.Lists.Columns = []string{"clv", "customer_id", "mark"}
	result := runBatch(t, c)
	files, err := filepath.Glob(filepath.Join(result.Folder, "lists", "*"))
	if err != nil || len(files) != 4 {
		t.Fatalf("%v, %v", files, err)
	}
	byID := map[string]customerRow{}
	for _, row := range readCustomers(t, result.Folder) {
		byID[*row.ID] = row
	}
	listed := 0
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", file, info.Mode(), err)
		}
		rows := readList(t, file)
		if !slices.IsSortedFunc(rows, func(a, b map[string]string) int { return strings.Compare(a["customer_id"], b["customer_id"]) }) {
			t.Errorf("%s is not sorted", file)
		}
		for _, row := range rows {
			customer := byID[row["customer_id"]]
			clv, err := strconv.ParseFloat(row["clv"], 64)
			if err != nil || len(row) != 3 || clv != *customer.CLV || row["mark"] != *customer.Mark {
				t.Fatalf("%s: %v", file, row)
			}
		}
		if filepath.Base(file) != "seed.csv" {
			listed += len(rows)
		}
	}
	if listed != 2000 {
		t.Errorf("%d customers on the lists by mark, want every one once", listed)
	}
}

func TestSegmentListNamesAreFileNames(t *testing.T) {
	for segment, want := range map[string]string{"Can't Lose Them": "segment_cant_lose_them", "Champions": "segment_champions"} {
		if got := config.SegmentList(segment); got != want {
			t.Errorf("%s: %s, want %s", segment, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		name := config.SegmentList(rapid.String().Draw(t, "segment"))
		if !regexp.MustCompile(`^[a-z0-9_]+$`).MatchString(name) {
			t.Fatalf("%q is no neutral file name", name)
		}
	})
}
