package run

import (
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// startedOrder is a row of an order file of which first orders can be told apart.
type startedOrder struct {
	OrderID  string  `parquet:"order_id"`
	Customer string  `parquet:"customer_id"`
	At       int64   `parquet:"ordered_at,timestamp(microsecond:local)"`
	Amount   float64 `parquet:"amount"`
	Channel  string  `parquet:"channel,optional"`
	Category string  `parquet:"category,optional"`
	Product  string  `parquet:"product,optional"`

	day   int
	minor int64
}

const (
	startedDays = 400 // of the shop, of which no season is known, and some customers are a year old
	startedRate = 0.4 // margin
)

// startedOrders are those of a shop of 700 customers: two lines on many orders, two orders
// on some days, returns of a part and of all of an order, returns of no order, before the
// first purchase too, missing values, and small ones.
func startedOrders() (rows []startedOrder, asOf int) {
	random := rand.New(rand.NewPCG(15, 1))
	start := int(time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC).Unix() / 86400)
	asOf = start + startedDays - 1
	orders := 0
	add := func(order, customer string, day int, amount float64, describe func(*startedOrder)) {
		if day > asOf {
			return
		}
		row := startedOrder{OrderID: order, Customer: customer, Amount: math.Round(amount*100) / 100, day: day}
		row.At = int64(day)*86400e6 + random.Int64N(20)*3600e6
		row.minor = int64(math.Round(row.Amount * 100))
		describe(&row)
		rows = append(rows, row)
	}
	nothing := func(*startedOrder) {}
	for i := range 700 {
		customer := fmt.Sprintf("c%03d", i)
		channel := []string{"search", "social", ""}[random.IntN(3)]
		category := []string{"tea", "Tea", "coffee", "coffee", "coffee", ""}[random.IntN(6)]
		if i%150 == 7 {
			category = fmt.Sprintf("rare %d", i)
		}
		day := start + random.IntN(startedDays)
		if random.IntN(20) == 0 {
			add(fmt.Sprintf("s%d", i), customer, day-1-random.IntN(3), -3.21, nothing)
		}
		for {
			for range 1 + random.IntN(5)/4 {
				orders++
				id := fmt.Sprintf("o%05d", orders)
				total := 0.0
				for range 1 + random.IntN(3) {
					amount := 5 + 50*random.Float64()
					total += math.Round(amount*100) / 100
					add(id, customer, day, amount, func(row *startedOrder) {
						row.Channel, row.Category = channel, category
						row.Product = fmt.Sprintf("p%d", min(random.IntN(60), random.IntN(60)))
						if random.IntN(8) == 0 {
							row.Product = ""
						}
						if random.IntN(5) == 0 {
							row.Category = ""
						}
					})
				}
				switch random.IntN(12) {
				case 0:
					add(id, customer, day+random.IntN(25), -total, nothing)
				case 1:
					add(id, customer, day+random.IntN(25), -total/3, nothing)
				case 2:
					add(fmt.Sprintf("s%d-%d", i, day), customer, day+random.IntN(9), -2.5, nothing)
				}
			}
			if leaves := map[bool]int{true: 6, false: 2}[category == "coffee"]; random.IntN(leaves) == 0 {
				break
			}
			day += 1 + random.IntN(90)
		}
	}
	return rows, asOf
}
