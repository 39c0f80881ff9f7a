package run

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cbv/valuation/config"
	"cbv/valuation/failure"
)

// oddlyStarted is a row of orders whose columns are no texts, or odd ones.
type oddlyStarted struct {
	Customer string  `parquet:"customer_id"`
	At       int64   `parquet:"ordered_at,timestamp(microsecond:local)"`
	Amount   float64 `parquet:"amount"`
	Number   float64 `parquet:"number"`
	Nested   struct {
		Name string `parquet:"name"`
	} `parquet:"nested"`
	List  []string `parquet:"list,list"`
	Never *string  `parquet:"never"`
	Text  string   `parquet:"text"`
	Yes   bool     `parquet:"yes"`
}

// oddTexts are what an attribute may say.
var oddTexts = []string{strings.Repeat("ä", 300), "two\nlines\r\n", `=HYPERLINK("x")`, "+1", "a|b", `"quoted", it's`, "unknown", "others", " ", "\x00"}

func oddlyStartedShop(t *testing.T, attributes ...config.Attribute) config.Config {
	t.Helper()
	var rows []oddlyStarted
	for i := range 400 {
		rows = append(rows, oddlyStarted{
			Customer: fmt.Sprintf("c%03d", i/2), At: 1_672_531_200_000_000 + int64(i%97)*86_400_000_000 + int64(i%2)*40*86_400_000_000, Amount: 10 + float64(i%7),
			Number: float64(i) / 3, List: []string{"x"}, Text: oddTexts[i/2%len(oddTexts)], Yes: i%3 == 0,
		})
	}
	c := config.Default()
	c.Out = filepath.Join(t.TempDir(), "out")
	c.Orders.Files = config.Files{writeRows(t, "orders.parquet", rows)}
	c.Orders.Attributes = attributes
	return c
}

func TestFirstOrdersOfBadColumns(t *testing.T) {
	for _, c := range []struct {
		column, want string
		kind         failure.Kind
	}{
		{"missing", `no column "missing"`, failure.Input},
		{"number", "wants text or whole numbers", failure.Input},
		{"nested", "nested", failure.Input},
		{"list", "list", failure.Input},
		{"sum(number)", "sum", failure.Usage},
	} {
		for _, isMany := range []bool{false, true} {
			shop := oddlyStartedShop(t, config.Attribute{Name: "kind", Text: c.column, IsFirst: true, IsMany: isMany})
			_, err := Run(context.Background(), testJob(shop))
			if err == nil || failure.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "orders.attributes.kind") {
				t.Errorf("%s: %v, want %s", c.column, err, c.want)
			}
		}
	}
}

// A column without a value is one value, and texts stand as they are in tables, and in
// lists as a spreadsheet may open them.
func TestFirstOrdersOfOddTexts(t *testing.T) {
	t.Parallel()
	shop := oddlyStartedShop(t,
		config.Attribute{Name: "never", Text: "never", IsFirst: true}, config.Attribute{Name: "nevers", Text: "never", IsFirst: true, IsMany: true},
		config.Attribute{Name: "yes", Text: "yes", IsFirst: true}, config.Attribute{Name: "yeses", Text: "yes", IsFirst: true, IsMany: true},
		config.Attribute{Name: "kind", Text: "text", IsFirst: true},
	)
	shop.Lists.Columns = []string{"customer_id", "kind"}
	odd := runBatch(t, shop)
	texts := slices.DeleteFunc(slices.Clone(oddTexts), func(text string) bool { return text == " " || text == "\x00" })
	slices.Sort(texts)
	want := map[string][]string{
		"never": {"unknown"}, "nevers": {"unknown"}, "yes": {"false", "true"}, "yeses": {"false", "true"},
		"kind": texts, // what is blank is unknown, which is there
	}
	got := map[string][]string{}
	for _, row := range readTable[firstOrderRow](t, odd, "first_orders") {
		got[row.Attribute] = append(got[row.Attribute], row.Value)
	}
	if !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("values %q, want %q", got, want)
	}
	lists, err := filepath.Glob(filepath.Join(odd.Folder, "lists", "*.csv"))
	if err != nil || len(lists) == 0 {
		t.Fatalf("%d lists, %v", len(lists), err)
	}
	for _, path := range lists {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), `,"=`) || strings.Contains(string(text), `,"'+1`) {
			t.Errorf("%s has a formula, or a number that is taken for one: %s", path, text)
		}
	}
}
