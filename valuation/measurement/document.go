// Package measurement measures a campaign: it compares the outcomes of its arms, as
// assigned, and publishes one document of figures, of which the table, the JSON and
// the Parquet file are made. Money in it is in units of the currency.
package measurement

import (
	"cbv/valuation/campaign"
	"cbv/valuation/config"
	"cbv/valuation/experiment"
	"cbv/valuation/pipeline"
)

// Name is the file of the document in a measurement's folder.
const Name = "measure.json"

// Document is a measurement.
type Document struct {
	SchemaVersion int    `json:"schema_version"`
	Campaign      string `json:"campaign"`
	Audience      string `json:"audience"`
	AsOf          string `json:"as_of"`
	Currency      string `json:"currency"`
	// MoneyBasis says what the figures called margin are: margin, or revenue, which
	// stands in where no margin is known.
	MoneyBasis string `json:"money_basis"`
	Started    string `json:"started"` // day of the first assignment
	// Look is the number of this look, 0 where it is none: NoLook says why. LooksTaken
	// is how many there have been, with this one; LooksAreOver says that the last was
	// taken before.
	Look         int    `json:"look"`
	NoLook       string `json:"no_look,omitempty"`
	LooksTaken   int    `json:"looks_taken"`
	LooksAreOver bool   `json:"looks_are_over"`
	Nights       int    `json:"planned_nights"` // of assignment
	// MaturePeople are those of the arms who have been watched for the whole window, of
	// PlannedPeople; Information is the share by which the error of the looks is spent.
	MaturePeople  int64   `json:"mature_people"`
	PlannedPeople int64   `json:"planned_people"`
	Information   float64 `json:"information"`
	WindowDays    int     `json:"window_days"`
	// LeastDays and MostDays are how long the last and the first assigned have been
	// watched; Mature says that everyone has been for the whole window.
	LeastDays int    `json:"least_days"`
	MostDays  int    `json:"most_days"`
	Mature    bool   `json:"mature"`
	Covariate string `json:"covariate"` // of the adjusted estimates
	// WinsorisedAt is the amount at which revenue is cut off: that of the percentile
	// of the people with revenue above 0.
	WinsorisePercentile float64     `json:"winsorise_percentile"`
	WinsorisedAt        float64     `json:"winsorised_at"`
	SequentialBound     float64     `json:"sequential_bound"` // standard errors, 0 where this is no look
	SampleRatio         SampleRatio `json:"sample_ratio"`
	Decision            Decision    `json:"decision"`  // the verdict that stands
	ThisLook            Decision    `json:"this_look"` // what this look alone would say
	Conclusion          string      `json:"conclusion"`
	// MoneyWithheld is why nothing is said of differences of margin, absent where
	// something is.
	MoneyWithheld string `json:"money_withheld,omitempty"`
	// EndedOn is the day on which somebody said that nobody else comes, absent where
	// nobody had by as_of.
	EndedOn string `json:"ended_on,omitempty"`
	// ContactRows says what became of the rows of the contact files, by reason; null
	// without files.
	ContactRows map[string]int64 `json:"contact_rows"`
	// AssignedLater are customers assigned after as_of, who are in no figure.
	AssignedLater int64              `json:"assigned_later"`
	Figures       []Figure           `json:"figures"`
	Warnings      []pipeline.Warning `json:"warnings"`
}

// SampleRatio says whether the arms have the people that the design gave them.
type SampleRatio struct {
	ChiSquare float64 `json:"chi_square"`
	PValue    float64 `json:"p_value"`
	Broken    bool    `json:"broken"`
}

// Facts are what a document is made of.
type Facts struct {
	Terms               campaign.Terms
	AsOf                string
	Currency            string
	MinorPerUnit        int64
	MoneyBasis          string
	WinsorisePercentile float64
	CapMinor            int64
	Report              experiment.Report
	// Contacts are those of each arm that was reached, the global holdout and
	// Unassigned among them; nil where nothing is known of this campaign's.
	Contacts map[string]Contacts
	// Columns says which of the optional columns the contacts have.
	Columns config.ContactColumns
	// GlobalHoldout is how many assigned customers are kept out of every campaign.
	GlobalHoldout int64
}

// Unassigned stands for the arm of customers who were contacted and are in none.
const Unassigned = "unassigned"

// Contacts are the contacts of an arm's people, as assigned.
type Contacts struct {
	Messages                           int64
	Sent, Delivered, Opened, Responded int64 // people
	CostMinor                          int64
	Discounts                          int64 // people of whom it is told what they were let off
	Early                              int64 // people contacted before they were assigned
	OfOtherArm                         int64 // people who got the message of another arm
	OfUnknownArm                       int64 // people with a message of no arm there is
}

// New returns the document of a measurement, without its decision among those of
// earlier looks, the conclusion, contact rows and warnings: see Stand and Conclude.
func New(f Facts) Document {
	timing := f.Report.Timing
	document := Document{
		Campaign: f.Terms.Design.Campaign, Audience: f.Terms.Audience, AsOf: f.AsOf,
		Currency: f.Currency, MoneyBasis: f.MoneyBasis, Started: f.Terms.Started,
		Look: f.Report.Look, NoLook: f.Report.NoLook, LooksTaken: f.Report.LooksTaken(), LooksAreOver: f.Report.IsOver, Nights: f.Terms.Nights,
		MaturePeople: timing.Information.People, PlannedPeople: timing.Information.Planned, Information: timing.Information.Share, WindowDays: timing.WindowDays,
		LeastDays: timing.LeastDays, MostDays: timing.MostDays, Mature: f.Report.Mature,
		Covariate:           f.Terms.Covariate,
		WinsorisePercentile: f.WinsorisePercentile, WinsorisedAt: float64(f.CapMinor) / float64(f.MinorPerUnit),
		SequentialBound: f.Report.SequentialBound,
		SampleRatio:     SampleRatio(f.Report.SampleRatio),
		ThisLook:        Decision{Verdict: f.Report.Decision.Verdict, Reason: f.Report.Decision.Reason},
		MoneyWithheld:   f.Report.Money.Withheld,
		Figures:         figures(f),
		Warnings:        []pipeline.Warning{},
	}
	if document.ThisLook.decides() {
		document.ThisLook.ReachedOn, document.ThisLook.Look = f.AsOf, f.Report.Look
	}
	return document
}

// Find returns a figure of the document.
func (d Document) Find(arm, versus, metric, estimate string) (Figure, bool) {
	for _, f := range d.Figures {
		if f.Arm == arm && f.Versus == versus && f.Metric == metric && f.Estimate == estimate {
			return f, true
		}
	}
	return Figure{}, false
}
