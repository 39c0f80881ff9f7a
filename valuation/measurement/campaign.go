package measurement

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"time"

	"github.com/zeebo/xxh3"

	"cbv/valuation/calendar"
	"cbv/valuation/campaign"
	"cbv/valuation/engine"
	"cbv/valuation/experiment"
	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/source"
)

// The covariates that a campaign can be adjusted by.
const (
	byPriorSpend = "prior_spend"
	byCLV        = "clv"
)

// mapCampaign finds out whether the campaign can be measured as of the day, and makes
// the tables and views of the campaign. A measurement that is published already
// ends here.
func (m *Measurement) mapCampaign(ctx context.Context) error {
	if err := m.refuseTooEarly(); err != nil {
		return err
	}
	if err := m.refuseEarlierEnd(); err != nil {
		return err
	}
	if err := m.refuseMissingDays(); err != nil {
		return err
	}
	if c := m.campaign.Terms.Covariate; c != byPriorSpend && c != byCLV {
		return failure.Inputf("campaign %s: its covariate %q is neither %s nor %s: campaign.json was changed by hand", m.name(), c, byPriorSpend, byCLV)
	}
	if err := m.readEarlier(ctx); err != nil {
		return err
	}
	if err := m.identify(); err != nil {
		return err
	}
	published, err := m.catalog.Verify(ctx, publication.RunID(m.Days.AsOf, m.identity), m.identity)
	if err != nil {
		return err
	}
	if published {
		return errPublished
	}
	return m.makeTables(ctx)
}

// refuseTooEarly refuses a day on which nobody has been watched for one yet.
func (m *Measurement) refuseTooEarly() error {
	if m.Days.AsOf.After(m.started) {
		return nil
	}
	return failure.Inputf("campaign %s began on %s, and the orders are read as of %s: nothing can be measured yet; measure it when there are orders of a later day",
		m.name(), m.campaign.Terms.Started, m.asOf())
}

// refuseMissingDays refuses to take days for days without a purchase when
// the files may know nothing yet. A shop that is closed now and then has gaps,
// so twice the usual one is let pass.
func (m *Measurement) refuseMissingDays() error {
	last := m.Days.Orders[len(m.Days.Orders)-1]
	behind := calendar.DaysBetween(last, m.Days.AsOf)
	if behind <= m.usualGap() {
		return nil
	}
	return failure.Inputf("time.as_of: it is %s, and the last order is of %s: the days between would count as days on which nobody bought; add the files that are missing, or leave time.as_of out",
		m.asOf(), last.Format(time.DateOnly))
}

// usualGap is the longest gap between order days that nobody need wonder at.
func (m *Measurement) usualGap() int { return 2 * calendar.MedianGap(m.Days.Orders) }

// readEarlier reads the campaign's measurements of the days before as_of. A
// damaged one stops this: the verdict that stands may be in it.
func (m *Measurement) readEarlier(ctx context.Context) error {
	ids, err := m.catalog.IDs()
	if err != nil {
		return err
	}
	for _, id := range ids {
		if len(id) < len(time.DateOnly) || id[:len(time.DateOnly)] >= m.asOf() {
			continue
		}
		manifest, err := publication.ReadManifest(m.catalog.Folder(id))
		if err != nil {
			return failure.Inputf("%w: an earlier measurement is damaged: move its folder away and measure that day again", err)
		}
		whole, err := m.catalog.Verify(ctx, id, manifest.Identity)
		if err != nil {
			return err
		}
		if !whole {
			return failure.Inputf("%s: an earlier measurement is damaged: move its folder away and measure that day again", m.shown(id))
		}
		document, err := readDocument(m.catalog.Folder(id))
		if err != nil {
			return err
		}
		m.earlier = append(m.earlier, document)
	}
	return nil
}

func readDocument(folder string) (Document, error) {
	return publication.ReadJSON[Document](filepath.Join(folder, Name))
}

// identify hashes everything that the measurement depends on. The verdict that
// stands from before is part of it, and the looks that were taken: a measurement of an
// earlier day may still be made.
func (m *Measurement) identify() error {
	standing := Document{AsOf: m.asOf(), Currency: m.Config.Value.Currency, MoneyBasis: m.Config.MoneyBasis()}
	standing.Stand(m.earlier)
	decided, err := json.Marshal(struct {
		Terms    campaign.Terms
		Standing Decision
		Looks    experiment.Looks
		EndedOn  string
		Accepted bool // that contacts are missing in part
	}{m.campaign.Terms, standing.Decision, looksOf(m.earlier), m.endedOn(), m.acceptsPartialContacts()})
	if err != nil {
		return err
	}
	settings, err := m.settings()
	if err != nil {
		return err
	}
	hash := xxh3.New128()
	fmt.Fprintf(hash, "measurement %s %s\n%s\n%s\n", m.Program.Version, m.Program.Identity, settings, decided)
	m.in.Inputs.WriteIdentity(hash)
	for _, file := range m.contacts.Files {
		fmt.Fprintf(hash, "contacts %q %s\n", file.Name, file.Fingerprint)
	}
	for _, file := range m.parts {
		fmt.Fprintf(hash, "assignments %q %s\n", file.Name, file.Fingerprint)
	}
	err = pipeline.WriteIdentity(hash, m.SQL, Steps)
	m.identity = fmt.Sprintf("%x", hash.Sum(nil))
	return err
}

// campaignTerms is the one row of what SQL takes from the campaign.
type campaignTerms struct {
	Campaign       string
	StartedOn      time.Time
	WindowDays     int
	IsCovariateCLV bool
	HasCost        bool
	HasDiscount    bool
	IsDrawnHere    bool // and not by another tool
	Salt           string
	NoneShare      int
	ChampionShare  int
	GlobalSalt     string
	GlobalHoldout  int
}

// makeTables makes the tables and views of the campaign.
func (m *Measurement) makeTables(ctx context.Context) error {
	terms, design := m.campaign.Terms, m.campaign.Terms.Design
	err := engine.Insert(ctx, m.Engine, "campaign_terms", []campaignTerms{{
		Campaign: m.name(), StartedOn: m.started, WindowDays: terms.WindowDays,
		IsCovariateCLV: terms.Covariate == byCLV, HasCost: m.Config.Contacts.Columns.Cost != "",
		HasDiscount: m.Config.Contacts.Columns.Discount != "", IsDrawnHere: !m.campaign.IsForeign(),
		Salt: design.Salt, NoneShare: design.Shares.None, ChampionShare: design.Shares.Champion,
		GlobalSalt: design.GlobalSalt, GlobalHoldout: design.GlobalHoldout,
	}})
	if err != nil {
		return err
	}
	err = source.ListFiles(ctx, m.Engine, "campaign_files", []source.Auxiliary{{Name: "assignments", Files: m.parts}, m.contacts})
	if err != nil {
		return err
	}
	err = m.mapParts(ctx, "assignment_parts", m.partColumns()...)
	if err != nil {
		return err
	}
	if err := m.holdToKept(ctx); err != nil {
		return err
	}
	m.in.WarnOfCopies(m.contacts.Name, "contact", m.contacts.Copies())
	return m.contacts.Map(ctx, m.Engine)
}

// mapLastDays makes the view of the last day on which each assigned customer is
// watched: what an order came to later is no outcome of the campaign. It is the first that
// reads the assignments, so those of another tool are looked through here.
func (m *Measurement) mapLastDays(ctx context.Context) error {
	if m.campaign.IsForeign() {
		if err := m.readForeign(ctx); err != nil {
			return err
		}
	}
	columns := m.partColumns()
	customer, day := columns[1], columns[len(columns)-1]
	return m.mapParts(ctx, "watched_days", customer,
		engine.InputColumn{Name: "look_day", Expression: fmt.Sprintf("%s + %d", day.Expression, m.campaign.Terms.WindowDays), Type: engine.Date})
}

// mapParts makes a view over the assignments.
func (m *Measurement) mapParts(ctx context.Context, name string, columns ...engine.InputColumn) error {
	err := m.Engine.Input(ctx, engine.Input{Name: name, Files: source.Resolved(m.parts), Columns: columns})
	if err != nil {
		return m.unreadable(err)
	}
	return nil
}
