package config

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"cbv/valuation/campaign"
	"cbv/valuation/experiment"
	"cbv/valuation/platform"
	"cbv/valuation/rfm"
	"cbv/valuation/schema"
)

// People says where the customers' addresses and consents are. They change no
// figure of a run, only what is exported after it.
type People struct {
	Files   Files         `yaml:"files" json:"-" help:"Parquet files of addresses and consents; audiences need them"`
	Columns PeopleColumns `yaml:"columns" json:"columns"`
}

// PeopleColumns maps our columns of people to the file's, as Columns does. What
// is not mapped is not known, and unknown consent is none.
type PeopleColumns struct {
	CustomerID   string `yaml:"customer_id" json:"customer_id" help:"who it is, as in the orders"`
	Email        string `yaml:"email" json:"email" help:"e-mail (optional)"`
	Phone        string `yaml:"phone" json:"phone" help:"phone (optional); without a country code it is taken for one of the person's country, else of export.region"`
	FirstName    string `yaml:"first_name" json:"first_name" help:"first name (optional)"`
	LastName     string `yaml:"last_name" json:"last_name" help:"last name (optional)"`
	Country      string `yaml:"country" json:"country" help:"country (optional): its English name, or two or three letters of ISO 3166-1"`
	Zip          string `yaml:"zip" json:"zip" help:"postal code (optional)"`
	City         string `yaml:"city" json:"city" help:"city (optional)"`
	State        string `yaml:"state" json:"state" help:"state or region (optional)"`
	ConsentEmail string `yaml:"consent_email" json:"consent_email" help:"whether the person agreed to e-mail; true or false: null is unknown, and unknown is no"`
	ConsentAds   string `yaml:"consent_ads" json:"consent_ads" help:"whether the person agreed to be matched on ad platforms; true or false: null is unknown, and unknown is no"`
	Suppressed   string `yaml:"suppressed" json:"suppressed" help:"whether the person is in no audience whatever else they agreed to (optional)"`
}

// Suppression says where those are who objected, beside people.
type Suppression struct {
	Files   Files              `yaml:"files" json:"-" help:"Parquet files of objections (optional); one column at least must be mapped"`
	Columns SuppressionColumns `yaml:"columns" json:"columns"`
}

// SuppressionColumns maps our columns of the objections to the file's. Each is
// optional, but one must be there.
type SuppressionColumns struct {
	CustomerID string `yaml:"customer_id" json:"customer_id" help:"who objected, by id"`
	Email      string `yaml:"email" json:"email" help:"who objected, by e-mail"`
	Hash       string `yaml:"hash" json:"hash" help:"who objected, by the SHA-256 of the e-mail or phone in any target's form"`
}

// Export holds what all audiences share.
type Export struct {
	Region        string  `yaml:"region" json:"region" value:"COUNTRY" help:"country whose numbers have no country code, two letters of ISO 3166-1; counts where the person's country does not say"`
	GlobalHoldout float64 `yaml:"global_holdout" json:"global_holdout" help:"share of all customers that no audience ever holds; in ten-thousandths"`
	GlobalSalt    string  `yaml:"global_salt" json:"global_salt" help:"text that decides who they are; keep it as long as they are held out"`
}

// Audience is customers for one target. Exactly one of List, Mark, Segment,
// Lifecycle and Where says who they are.
type Audience struct {
	Name      string    `yaml:"name" json:"name" help:"names the folder of its exports; nobody outside sees it"`
	List      string    `yaml:"list" json:"list,omitempty" help:"who is in it: a list of lists/, such as seed"`
	Mark      string    `yaml:"mark" json:"mark,omitempty" help:"or a mark"`
	Segment   string    `yaml:"segment" json:"segment,omitempty" help:"or an RFM segment"`
	Lifecycle string    `yaml:"lifecycle" json:"lifecycle,omitempty" help:"or a stage: new, active, cooling or lapsed"`
	Where     string    `yaml:"where" json:"where,omitempty" help:"or an SQL condition over the columns of customers.parquet"`
	Target    string    `yaml:"target" json:"target" help:"whose importer the files are for: klaviyo, mailchimp, hubspot, braze, omnisend, brevo (e-mail), meta, google, tiktok, pinterest, microsoft, snapchat (ads), csv, parquet, or one of targets"`
	Channel   string    `yaml:"channel" json:"channel,omitempty" help:"whose consent counts, for targets of no channel, as csv and parquet: email or ads"`
	Columns   []string  `yaml:"columns" json:"columns,omitempty" help:"columns of customers.parquet to add; ad platforms take none"`
	Value     string    `yaml:"value" json:"value,omitempty" help:"for meta: a column of customers.parquet that is a number, such as clv, for lookalikes weighed by it; sent clear"`
	Campaign  *Campaign `yaml:"campaign" json:"campaign,omitempty"`
}

// Campaign is what an audience is held to when its effect is measured.
type Campaign struct {
	Name       string  `yaml:"name" json:"name" help:"names the campaign; its terms never change"`
	Salt       string  `yaml:"salt" json:"salt" help:"text that decides with the customer_id who is in which arm"`
	Holdout    float64 `yaml:"holdout" json:"holdout" help:"share that is left alone; in ten-thousandths"`
	Challenger float64 `yaml:"challenger" json:"challenger" help:"share that gets the other message; the rest is the champion's"`
	WindowDays int     `yaml:"window_days" json:"window_days" help:"days that each customer is watched"`
	Nights     int     `yaml:"nights" json:"nights" help:"nights on which customers are assigned, from the first on; 1 is one send"`
	Planned    int64   `yaml:"planned_people" json:"planned_people,omitempty" help:"customers planned for all arms, by whose share the looks at the result are planned; 0 is nights times the mean of the first week"`
	Covariate  string  `yaml:"covariate" json:"covariate" choices:"prior_spend,clv" help:"what differences are adjusted by: prior_spend or clv"`
}

// Choice is what an audience's members are chosen by, as the column of its name
// in the configuration and the value.
func (a Audience) Choice() (kind, value string) {
	for _, choice := range a.choices() {
		if choice[1] != "" {
			return choice[0], choice[1]
		}
	}
	return "", ""
}

func (a Audience) choices() [][2]string {
	return [][2]string{{"list", a.List}, {"mark", a.Mark}, {"segment", a.Segment}, {"lifecycle", a.Lifecycle}, {"where", a.Where}}
}

// ListKinds returns the lists of a segment map's run and the kind of each;
// sql/lists/list_membership.sql gives customers the same.
func ListKinds(segmentMap string) (map[string]string, error) {
	segments, err := rfm.Segments(segmentMap)
	if err != nil {
		return nil, err
	}
	kinds := map[string]string{
		"retain": "mark", "acquisition_lookalike": "mark", "new_onboard": "mark",
		"lifecycle_new": "lifecycle", "lifecycle_active": "lifecycle", "lifecycle_cooling": "lifecycle", "lifecycle_lapsed": "lifecycle",
		"seed": "seed",
	}
	for _, segment := range segments {
		kinds[SegmentList(segment)] = "segment"
	}
	return kinds, nil
}

// SegmentList is the list of a segment: segment_cant_lose_them.
func SegmentList(segment string) string {
	words := strings.FieldsFunc(strings.ToLower(strings.ReplaceAll(segment, "'", "")), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return "segment_" + strings.Join(words, "_")
}

// tenThousandths returns a share as arms are counted.
func tenThousandths(share float64) int { return int(math.Round(share * experiment.Buckets)) }

// Design returns what decides the arms of a campaign.
func (e Export) Design(c Campaign) experiment.Design {
	none, challenger := tenThousandths(c.Holdout), tenThousandths(c.Challenger)
	return experiment.Design{
		Campaign: c.Name, Salt: c.Salt, GlobalSalt: e.GlobalSalt, GlobalHoldout: tenThousandths(e.GlobalHoldout),
		Shares: experiment.Shares{None: none, Champion: experiment.Buckets - none - challenger, Challenger: challenger},
	}
}

var audienceName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// validateExport checks people, suppression and all audiences.
func (c Config) validateExport(refuse func(bool, string, ...any)) {
	refuse(slices.Contains(c.People.Files, ""), "people.files: holds an empty path")
	refuse(slices.Contains(c.Suppression.Files, ""), "suppression.files: holds an empty path")
	refuse(c.People.Columns.CustomerID == "", "people.columns.customer_id: must name a column or an expression")
	refuse(len(c.Suppression.Files) > 0 && c.Suppression.Columns == SuppressionColumns{},
		"suppression.columns: nobody is known by anything: set customer_id, email or hash")
	e := c.Export
	refuse(e.Region != "" && !regionPattern.MatchString(e.Region), "export.region: %q is not two capital letters of ISO 3166-1, as in GB", e.Region)
	refuse(!isShare(e.GlobalHoldout), "export.global_holdout: %g is no share from 0 to below 1 in ten-thousandths: 0.05 is 5 %%", e.GlobalHoldout)
	refuse(e.GlobalHoldout > 0 && e.GlobalSalt == "", "export.global_salt: a global holdout needs a salt: give it a text, and keep it")
	c.validateTargets(refuse)
	var names, campaigns []string
	for i, a := range c.Audiences {
		place := fmt.Sprintf("audiences[%d]", i+1)
		if a.Name != "" {
			place = "audience " + a.Name
		}
		if err := c.CheckAudience(a); err != nil {
			for _, each := range unjoin(err) {
				refuse(true, "%s: %v", place, each)
			}
		}
		refuse(slices.Contains(names, a.Name), "%s: the name is there twice", place)
		names = append(names, a.Name)
		if a.Campaign != nil {
			refuse(slices.Contains(campaigns, a.Campaign.Name), "%s: campaign.name: %q is another audience's campaign: a campaign has one", place, a.Campaign.Name)
			campaigns = append(campaigns, a.Campaign.Name)
		}
	}
	refuse(len(c.Audiences) > 0 && len(c.People.Files) == 0, "people.files: audiences are of people: name the files of their addresses and consents")
}

var regionPattern = regexp.MustCompile(`^[A-Z]{2}$`)

// isShare reports whether a share can be counted in ten-thousandths.
func isShare(share float64) bool {
	scaled := share * experiment.Buckets
	return share >= 0 && share < 1 && math.Abs(scaled-math.Round(scaled)) < 1e-6
}

func unjoin(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// CheckAudience returns everything that is wrong with an audience whatever the
// files hold. The condition of where is checked over the columns by the engine.
func (c Config) CheckAudience(a Audience) error {
	var errs []error
	refuse := func(broken bool, format string, args ...any) {
		if broken {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	refuse(!audienceName.MatchString(a.Name), "name: %q: use up to 63 of a-z, 0-9, _ and -, the first no sign: it names a folder", a.Name)
	c.checkChoice(a, refuse)
	target, err := c.Target(a.Target)
	if err != nil {
		names := platform.TargetNames(c.DeclaredTargets()...)
		refuse(true, "target: %q is none of %s%s", a.Target, strings.Join(names, ", "), suggest(a.Target, names))
	} else {
		refuse(target.Channel == "" && a.Channel != "email" && a.Channel != "ads", "channel: %s serves any: say whose consent counts, email or ads", a.Target)
		refuse(target.Channel != "" && a.Channel != "" && a.Channel != string(target.Channel), "channel: %s is for %s, not %s", a.Target, target.Channel, a.Channel)
		refuse(!target.Attributes && len(a.Columns) > 0, "columns: %s takes no columns but its own: leave them out", a.Target)
	}
	known, many := schema.ColumnNames("customers", c.Orders.Attributes.Columns()...), c.Orders.Attributes.Many()
	for i, column := range a.Columns {
		refuse(slices.Contains(many, column), "columns: "+ManyIsNoColumn, column)
		refuse(!slices.Contains(known, column) && !slices.Contains(many, column), "columns: customers.parquet has no column %q%s", column, suggest(column, known))
		refuse(column == "customer_id", "columns: customer_id is there anyway: leave it out")
		refuse(slices.Contains(a.Columns[:i], column), "columns: %q is there twice", column)
	}
	if a.Value != "" {
		refuse(err == nil && !target.TakesValue(), "value: %s has no column for it: leave it out", a.Target)
		refuse(!slices.Contains(known, a.Value), "value: customers.parquet has no column %q%s", a.Value, suggest(a.Value, known))
		refuse(slices.ContainsFunc(schema.ColumnsOf("customers", c.Orders.Attributes.Columns()...), func(c schema.Column) bool { return c.Name == a.Value && !slices.Contains(numbers, c.Type) }),
			"value: %s is no number", a.Value)
	}
	if a.Campaign != nil {
		c.Export.checkCampaign(*a.Campaign, refuse)
	}
	return errors.Join(errs...)
}

// numbers are the types of columns that are numbers.
var numbers = []string{"DOUBLE", "BIGINT", "INTEGER"}

// checkChoice holds an audience to one choice, of something that is.
func (c Config) checkChoice(a Audience, refuse func(bool, string, ...any)) {
	var given []string
	for _, choice := range a.choices() {
		if choice[1] != "" {
			given = append(given, choice[0])
		}
	}
	refuse(len(given) == 0, "who is in it? set one of list, mark, segment, lifecycle and where")
	refuse(len(given) > 1, "%s: one of them says who is in it: join conditions with and in where", strings.Join(given, " and "))
	lists, err := ListKinds(c.RFM.Map)
	if err != nil {
		return // rfm.map is refused already
	}
	var listNames []string
	for name := range lists {
		listNames = append(listNames, name)
	}
	slices.Sort(listNames)
	segments, _ := rfm.Segments(c.RFM.Map)
	for _, choice := range []struct {
		key, value string
		known      []string
	}{
		{"list", a.List, listNames},
		{"mark", a.Mark, []string{"retain", "acquisition_lookalike"}},
		{"segment", a.Segment, segments},
		{"lifecycle", a.Lifecycle, []string{"new", "active", "cooling", "lapsed"}},
	} {
		refuse(choice.value != "" && !slices.Contains(choice.known, choice.value), "%s: there is no %q%s", choice.key, choice.value, suggest(choice.value, choice.known))
	}
}

// LongestWindowDays is the longest that a campaign watches a customer.
const LongestWindowDays = 730

func (e Export) checkCampaign(c Campaign, refuse func(bool, string, ...any)) {
	if err := campaign.ValidateName(c.Name); err != nil {
		refuse(true, "campaign.name: %v", err)
		return
	}
	refuse(!(isShare(c.Holdout) && c.Holdout > 0), "campaign.holdout: %g is no share above 0 in ten-thousandths: without a holdout nothing can be measured; 0.1 leaves a tenth alone", c.Holdout)
	refuse(!isShare(c.Challenger), "campaign.challenger: %g is no share from 0 to below 1 in ten-thousandths", c.Challenger)
	if isShare(c.Holdout) && c.Holdout > 0 && isShare(c.Challenger) {
		err := e.Design(c).Validate()
		refuse(err != nil, "campaign: %v", err)
	}
	refuse(c.WindowDays < 1 || c.WindowDays > LongestWindowDays, "campaign.window_days: %d is not between 1 and %d", c.WindowDays, LongestWindowDays)
	refuse(c.Nights < 1 || c.Nights > 366, "campaign.nights: %d nights of assignment: give 1 to 366", c.Nights)
	refuse(c.Planned < 0, "campaign.planned_people: %d is below 0: give how many customers are planned, or leave it out", c.Planned)
	refuse(c.Covariate != "prior_spend" && c.Covariate != "clv", "campaign.covariate: %q is neither prior_spend nor clv", c.Covariate)
}

// suggest names the known words, or the nearest one.
func suggest(name string, known []string) string {
	if nearest := Nearest(name, known); nearest != "" {
		return fmt.Sprintf(": did you mean %q?", nearest)
	}
	return ": there are " + strings.Join(known, ", ")
}
