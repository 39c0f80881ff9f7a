package command

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Init is sure where its reason is one.
func TestInitSaysWhatItIsNotSureOf(t *testing.T) {
	lines := func(order func(order, line int) string) string {
		text := "order_id,order_number,email,created_at,amount\n"
		plainRows(func(at, customer, day int, amount float64) {
			for line := range 2 {
				text += fmt.Sprintf("%s,%d,c%d@x.org,%s 10:%02d,%.2f\n", order(at, line), at, customer, time.Date(2023, 1, 2+day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), at, amount)
			}
		})
		return text
	}
	for name, c := range map[string]struct {
		text string
		want []string
		not  string
	}{
		"an id of lines": {
			text: lines(func(order, line int) string { return fmt.Sprint(2*order + line) }),
			want: []string{"a guess: by its name;", "40 rows have the customer and the time of another row", "lines of one order; then map what names the order, such as order_number", "likely: the amount as it is: nothing in the file says whether tax and shipping are in it"},
		},
		"an id of orders": {
			text: lines(func(order, _ int) string { return fmt.Sprint(order) }),
			want: []string{"sure: by its name;"},
			not:  "a guess",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, config := initialised(t, map[string]string{"table.csv": c.text}, "--currency", "EUR")
			flat := strings.Join(strings.Fields(strings.ReplaceAll(config, "\n    # ", "\n")), " ")
			for _, want := range c.want {
				if !strings.Contains(flat, want) {
					t.Errorf("%q is not in\n%s", want, config)
				}
			}
			if c.not != "" && strings.Contains(flat, c.not) {
				t.Errorf("%q is in\n%s", c.not, config)
			}
		})
	}
}
