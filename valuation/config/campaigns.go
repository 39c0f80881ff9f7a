package config

import (
	"encoding/json"
	"slices"
)

// Contacts says where the tool that sends campaigns reports whom it contacted.
// Only measurements read it. Without files nothing is known of contacts.
type Contacts struct {
	Files   Files          `yaml:"files" json:"-" help:"Parquet files of contacts (optional)"`
	Columns ContactColumns `yaml:"columns" json:"columns"`
}

// ContactColumns maps our columns of the contacts to the file's, as Columns
// does. Empty means absent.
type ContactColumns struct {
	CustomerID string `yaml:"customer_id" json:"customer_id" help:"who was contacted"`
	Campaign   string `yaml:"campaign" json:"campaign" help:"campaign, named as it was begun; a column, or a text such as 'spring' where a file is of one"`
	Arm        string `yaml:"arm" json:"arm" help:"arm whose message was sent, champion or challenger (optional); a tool with names of its own takes a case expression"`
	SentAt     string `yaml:"sent_at" json:"sent_at" help:"date or local time of the send"`
	Delivered  string `yaml:"delivered" json:"delivered" help:"whether it arrived: true or false (optional)"`
	Opened     string `yaml:"opened" json:"opened" help:"whether it was opened: true or false (optional); counted, and no response"`
	Clicked    string `yaml:"clicked" json:"clicked" help:"whether the customer responded: true or false (optional)"`
	Cost       string `yaml:"cost" json:"cost" help:"money that the contact cost (optional); in value.currency"`
	Discount   string `yaml:"discount" json:"discount" help:"money that the person was let off by the campaign within the window (optional); in value.currency, null where they redeemed nothing"`
}

// Measure says how a campaign is measured.
type Measure struct {
	WinsorisePercentile float64 `yaml:"winsorise_percentile" json:"winsorise_percentile" help:"percentile of the buyers' revenue at which larger amounts are cut off, beside the figures as they are"`
}

// HasContacts reports whether there are contacts to count.
func (c Config) HasContacts() bool { return len(c.Contacts.Files) > 0 }

// MeasureIdentity returns the settings that a measurement can depend on, as
// canonical JSON. Those by which customers are valued are not among them. The day
// is known then: named or taken from the orders, it is the same measurement.
func (c Config) MeasureIdentity(asOf Day) ([]byte, error) {
	c.Time.AsOf = &asOf
	return json.Marshal(struct {
		Orders     Orders     `json:"orders"`
		Identities Identities `json:"identities"`
		Rates      Rates      `json:"rates"`
		Contacts   Contacts   `json:"contacts"`
		Currency   string     `json:"currency"`
		MarginRate *float64   `json:"margin_rate"`
		Time       Time       `json:"time"`
		Measure    Measure    `json:"measure"`
	}{c.Orders, c.Identities, c.Rates, c.Contacts, c.Value.Currency, c.Value.MarginRate, c.Time, c.Measure})
}

func (c Config) validateCampaigns(refuse func(bool, string, ...any)) {
	for _, wanted := range []struct{ key, text string }{
		{"contacts.columns.customer_id", c.Contacts.Columns.CustomerID},
		{"contacts.columns.campaign", c.Contacts.Columns.Campaign},
		{"contacts.columns.sent_at", c.Contacts.Columns.SentAt},
	} {
		refuse(wanted.text == "", "%s: must name a column or an expression", wanted.key)
	}
	refuse(slices.Contains(c.Contacts.Files, ""), "contacts.files: holds an empty path")
	// Under the median buyer it would no longer be a tail that is cut off.
	percentile := c.Measure.WinsorisePercentile
	refuse(!(percentile >= 50 && percentile <= 100), "measure.winsorise_percentile: %g is not between 50 and 100: 99 cuts off what the dearest hundredth of buyers spend more, 100 nothing", percentile)
}
