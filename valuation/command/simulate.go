package command

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"cbv/valuation/failure"
	"cbv/valuation/report"
	"cbv/valuation/simulation"
)

// simulateOptions are the flags of simulate as given.
type simulateOptions struct {
	out       string
	customers int
	days      int
	start     string
	model     string
	params    string
	spend     string
	channels  string
	cac       string
	rate      string
	value     string
	returns   float64
	dirty     float64
	first     bool
	products  int
	season    string
	seed      uint64
}

func simulateCommand(env Env) *cli.Command {
	standard := simulation.Default()
	var opt simulateOptions
	return &cli.Command{
		Name:     "simulate",
		Category: others,
		Usage:    "write a seeded order history with known truth, and a configuration that reads it",
		UsageText: `cbv simulate --out demo
cbv simulate --out demo --customers 500 --seed 7
cbv simulate --out demo --channels search=.6,social=.4 --cac search=12,social=8`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "out", Usage: "`FOLDER` to make", Destination: &opt.out},
			&cli.IntFlag{Name: "customers", Value: standard.Customers, Usage: "number of customers", Destination: &opt.customers},
			&cli.IntFlag{Name: "days", Value: standard.Days, Usage: "span of the history", Destination: &opt.days},
			&cli.StringFlag{Name: "start", Value: standard.Start.Format(time.DateOnly), Usage: "first day", Destination: &opt.start},
			&choiceFlag{&cli.StringFlag{Name: "model", Value: standard.Model, Usage: "bgnbd, mbgnbd or paretonbd", Destination: &opt.model}, []string{"bgnbd", "mbgnbd", "paretonbd"}},
			&cli.StringFlag{Name: "params", Usage: "purchase parameters, times in days: r=.25,alpha=17,a=.8,b=4.8 (s and beta for paretonbd)", Destination: &opt.params},
			&cli.StringFlag{Name: "spend", Usage: "Gamma-Gamma parameters: p=6,q=4,gamma=22.5", Destination: &opt.spend},
			&cli.StringFlag{Name: "channels", Usage: "channels with their shares of customers: search=.6,social=.4", Destination: &opt.channels},
			&cli.StringFlag{Name: "cac", Usage: "what a customer of a channel cost, which writes a spend file: search=12,social=8", Destination: &opt.cac},
			&cli.StringFlag{Name: "rate", Usage: "factors of the rate at which customers of a channel buy: social=.7", Destination: &opt.rate},
			&cli.StringFlag{Name: "order-value", Usage: "factors of what a purchase in a channel is worth: referral=1.3", Destination: &opt.value},
			&cli.Float64Flag{Name: "returns", Value: standard.Returns, Usage: "share of purchases of which a part comes back later", Destination: &opt.returns},
			&cli.Float64Flag{Name: "dirty", Usage: "bad rows added, as a share of purchases", Destination: &opt.dirty},
			&cli.BoolFlag{Name: "first-orders", Usage: "tell first orders apart by category, product and coupon, of which some categories matter", Destination: &opt.first},
			&cli.IntFlag{Name: "products", Value: simulation.DefaultFirstOrders().Products, Usage: "number of products, with --first-orders", Destination: &opt.products},
			&cli.StringFlag{Name: "season", Usage: "factors of the rate at which customers buy, by month: 11=2,12=1.5", Destination: &opt.season},
			&cli.Uint64Flag{Name: "seed", Value: standard.Seed, Usage: "the same seed gives the same bytes", Destination: &opt.seed},
		},
		Action: func(c *cli.Context) error {
			options, err := opt.parse()
			if err != nil {
				return failure.Usagef("%w", err)
			}
			return runSimulate(c.Context, env, opt.out, options)
		},
	}
}

func (o simulateOptions) parse() (simulation.Options, error) {
	options := simulation.Default()
	options.Customers, options.Days, options.Returns, options.Dirty, options.Seed = o.customers, o.days, o.returns, o.dirty, o.seed
	options.Model, options.Purchases = o.model, simulation.DefaultPurchases(o.model)
	if o.out == "" {
		return options, fmt.Errorf("--out: name the folder to make")
	}
	start, err := time.Parse(time.DateOnly, o.start)
	if err != nil {
		return options, fmt.Errorf("--start: %q is not a day: write it as 2022-01-01", o.start)
	}
	options.Start = start
	p := &options.Purchases
	if err := assign("--params", o.params, map[string]*float64{"r": &p.R, "alpha": &p.Alpha, "a": &p.A, "b": &p.B, "s": &p.S, "beta": &p.Beta}); err != nil {
		return options, err
	}
	s := &options.Spend
	if err := assign("--spend", o.spend, map[string]*float64{"p": &s.P, "q": &s.Q, "gamma": &s.Gamma}); err != nil {
		return options, err
	}
	if o.channels != "" {
		options.Channels = nil
		err := eachPair("--channels", o.channels, func(name string, share float64) error {
			options.Channels = append(options.Channels, simulation.Channel{Name: name, Share: share})
			return nil
		})
		if err != nil {
			return options, err
		}
	}
	for _, each := range []struct {
		flag, text string
		of         func(*simulation.Channel) *float64
	}{
		{"--cac", o.cac, func(c *simulation.Channel) *float64 { return &c.CAC }},
		{"--rate", o.rate, func(c *simulation.Channel) *float64 { return &c.Rate }},
		{"--order-value", o.value, func(c *simulation.Channel) *float64 { return &c.OrderValue }},
	} {
		numbers := map[string]*float64{}
		for i := range options.Channels {
			numbers[options.Channels[i].Name] = each.of(&options.Channels[i])
		}
		if err := assign(each.flag, each.text, numbers); err != nil {
			return options, err
		}
	}
	if o.first {
		options.FirstOrders = simulation.DefaultFirstOrders()
		options.FirstOrders.Products = o.products
	}
	if o.season != "" {
		options.Season = slices.Repeat([]float64{1}, 12)
		months := map[string]*float64{}
		for i := range options.Season {
			months[strconv.Itoa(i+1)] = &options.Season[i]
		}
		if err := assign("--season", o.season, months); err != nil {
			return options, err
		}
	}
	return options, options.Validate()
}

// assign sets the named numbers of a list such as r=.25,alpha=17.
func assign(flag, text string, numbers map[string]*float64) error {
	return eachPair(flag, text, func(name string, value float64) error {
		number, ok := numbers[name]
		if !ok {
			return fmt.Errorf("%s: there is no %q: give %s", flag, name, strings.Join(slices.Sorted(maps.Keys(numbers)), ", "))
		}
		*number = value
		return nil
	})
}

func eachPair(flag, text string, pair func(name string, value float64) error) error {
	if text == "" {
		return nil
	}
	for item := range strings.SplitSeq(text, ",") {
		name, digits, _ := strings.Cut(item, "=")
		value, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		if err != nil {
			return fmt.Errorf("%s: %q is not name=number", flag, item)
		}
		if err := pair(strings.TrimSpace(name), value); err != nil {
			return err
		}
	}
	return nil
}

func runSimulate(ctx context.Context, env Env, folder string, options simulation.Options) error {
	bar := newProgress(env.Stderr)
	truth, err := simulation.Write(ctx, folder, options, func(done, total int) { bar.step(done, total, "simulating") })
	bar.clear()
	var occupied *simulation.OccupiedError
	if errors.As(err, &occupied) {
		return failure.Usagef("--out: %w", err)
	}
	if err != nil {
		return err
	}
	report.Simulation(env.Stdout, truth)
	_, err = fmt.Fprintln(env.Stdout, folder)
	return err
}
