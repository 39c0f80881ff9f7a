package pipeline

import (
	"fmt"
	"slices"
	"strings"
)

// WarningKind is a warning that a command can raise.
type WarningKind struct {
	Code    string
	By      string // the commands that raise it
	Meaning string
	Effect  string // what the command does all the same
	Lenient bool   // run.strict lets it pass
}

// What raises a warning.
const (
	byOrders  = "run, check, backtest, measure" // intake, with which each of them begins
	byInput   = "run, check"                    // what is found between intake and the figures
	byValuing = "run"
	byTest    = "run, backtest"
	byMeasure = "measure"
	byExport  = "export"
)

// Warnings is the catalog of all warnings: what Warn raises is here. Under run.strict
// each of them fails the command but for the lenient ones, which are usual. What would
// stay for good, such as customers who share an e-mail, run.accept lets pass.
var Warnings = []WarningKind{
	{"copied_file", "run, check, measure, export", "two files of an input have the same bytes", "both count", false},
	{"order_total_on_lines", byInput, "nearly all orders with several rows have one amount throughout: their total stands on each line", "every row counts", false},
	{"amounts_in_cents", byInput, "nearly all amounts are whole, and the median purchase is above what the currency's shops take", "counts them as money", false},
	{"unmapped_columns", byInput, "a column that no setting uses says quantity, cancelled, failed, test, tax, shipping or a version of the order", "leaves it out", false},
	{"no_returns", byInput, "no amount is negative, and a column, or later amounts of an order, say that there are returns", "counts what came back as sold", false},
	{"values_differ_in_case", byValuing, "values of a first order's attribute differ in case, blanks or width alone", "counts each by itself", false},
	{"ids_differ_in_case", byInput, "ids of customers differ in case, blanks or width alone", "counts each as a customer", false},
	{"many_people_one_id", byInput, "an id is a word for nobody, or buys on a share of the shop's days that no other comes near", "counts it as a customer, who is never a seed", false},
	{"order_id_as_customer", byInput, "hardly anybody buys twice, and the customers' ids look like those of orders", "counts each as a customer", false},
	{"doubled_rows", byInput, "rows repeat others in all mapped columns, beyond what is usual in the shop", "every row counts", false},
	{"order_in_two_files", byInput, "orders stand in two files on one day, or `orders.keep` leaves them out in one of two", "every row that is kept counts", false},
	{"several_currencies", byInput, "an unused column names several currencies or another one, or the amounts of a channel or country are of another scale", "counts them as `value.currency`", false},
	{"day_and_month_swapped", byInput, "no order is of a day above the 12th, for months", "takes the dates as they are", false},
	{"rounding_matters", byInput, "rounding each amount to the minor unit moves the total", "each row is rounded", false},
	{"missing_days", byOrders, "days without an order lie between others on which the shop would have had some; what recurs in another year is a closing", "counts them as days on which nobody bought", false},
	{"short_day", byOrders, "the last order day, or the last four of a weekday, has half of the usual rows or less, and far fewer than the shop's own range allows", "counts what is there", false},
	{"implausible_days", byOrders, "all orders are of days before 1990, or some of a day that stands for a missing time: one ten years or more before all others, as 1970-01-01, or one outside 1900 to 2199", "counts those from 1900 on as they are", false},
	{"zone_dropped", byOrders, "texts of times in UTC are read as local ones by the expression of `orders.columns.ordered_at`, and are of another day in `time.zone`", "takes the days that it makes", false},
	{"version_without_day", byOrders, "what `orders.columns.version` maps are numbers that are times, as seconds since 1970", "knows each version from the day of its row on", false},
	{"trailing_gap", byOrders, "`time.as_of` is more than 7 days and 5 median gaps after the last order that counts", "everybody looks that much longer gone; `latest` stays where it is", false},
	{"rows_lost", byInput, "rows or money of past days that the earlier run had are missing: 0.1 % of them or more, or half of a day; from 1 % on it fails, and of money without a missing row from 5 % on", "counts what is there", false},
	{"customers_vanished", byInput, "0.1 % or more of the earlier run's customers are in no row any more; from 1 % on it fails", "leaves them out", false},
	{"customers_erased", byInput, "a few of the earlier run's customers are gone with all their rows, and nothing else is missing", "leaves them out", true},
	{"history_shortened", byInput, "the files begin later than for the earlier run, as a window of months does", "leaves out what is older", true},
	{"late_rows", byInput, "past days have more rows or money than for the earlier run", "counts them", true},
	{"not_compared", byInput, "the run before read the orders otherwise, or has no days.parquet", "compares with none", true},
	{"many_rows_quarantined", byOrders, "more than 1 in 100 rows are in quarantine", "what they hold is in no figure", false},
	{"files_start_mid_life", "run, check, backtest", "the first month has more than 1.5 times the new customers of a usual one: the files start in the middle of the shop's life", "customers first seen in the first 31 days count as old: fitted by themselves, and in no figure of new customers; `orders.fit_from` names another day", false},
	{"revenue_not_margin", "run, measure", "no margin is configured", "value is counted in revenue", false},

	{"no_dropout", byTest, "dropout raises 2 ln L by 5.99 or less", "NBD", false},
	{"dropout_without_model", byTest, "dropout raises 2 ln L by more than 5.99, and no model of it has a fit", "NBD: the value is too high for customers who have been silent for long", false},
	{"one_timers_only", byTest, "nobody has bought again", "facts and segments, no values", false},
	{"too_few_histories", byTest, "fewer distinct histories than parameters", "the family is left out", false},
	{"model_at_boundary", byTest, "the chosen model, or one to choose from, is at the edge of a simpler one: one rate or one chance of dropout for all, or dropout at the first chance or never", "the parameter that runs away is held at 1,000, or at a billionth, and the others fitted; where that leaves no model, the family is left out", false},
	{"model_on_ridge", byTest, "parameters cannot be distinguished", "the family is left out", false},
	{"model_not_concave", byTest, "the Hessian is not positive definite", "the family is left out", false},
	{"model_without_optimum", byTest, "the search for an optimum ran out", "the family is left out", false},
	{"no_model", byTest, "no family could be fitted", "facts and segments, no values", false},
	{"channel_without_model", byTest, "a channel's histories determine no parameters", "those of the base", false},
	{"old_without_model", byTest, "the histories of the old customers, where the files start in the middle of the shop's life, determine no parameters of the chosen model", "the next family that has a fit, else the parameters of the others", false},
	{"spend_goes_with_frequency", byTest, "Spearman's correlation of repeats and the mean value of purchases is beyond .3", "a gamma for each band of repeats", false},
	{"spend_at_boundary", byTest, "every customer pays one value of their own, or all have one mean", "p or q is held at 1,000: customers are valued at their own mean, a new one at the pooled mean", false},
	{"no_spend_model", byTest, "no Gamma-Gamma could be fitted", "the pooled mean, for everybody", false},
	{"spend_mean_infinite", byTest, "q of Gamma-Gamma is 1 or less", "the pooled mean, for a new customer", false},
	{"spend_mean_undetermined", byTest, "q of Gamma-Gamma is within two standard errors of 1", "the pooled mean, for a new customer", false},
	{"regular_purchases", byTest, "the gaps between a customer's purchases are as even as those of contracts or subscriptions (k̂ of 3 or more)", "values by models that take purchases to come at random", false},
	{"not_trusted", byTest, "the backtest speaks against the model", "values all the same", false},
	{"untested", byTest, "there is no backtest", "values all the same", false},
	{"few_repeat_customers", byValuing, "fewer than 100 bought again", "values, which are rough", false},
	{"high_returns", byValuing, "more than half of what purchases are worth is returned beside them", "values, lowered by as much", false},

	{"no_spend", byValuing, "no row of `spend.files` can be used", "no cost of acquisition", false},
	{"incomplete_spend", byValuing, "spend seems to be missing on some days", "costs of acquisition where more than nine tenths of a period are known", false},
	{"spend_without_channels", byValuing, "spend is given and `orders.columns.channel` is not", "a blended cost of acquisition", false},
	{"spend_without_customers", byValuing, "nobody was acquired by a channel that spend was given to", "counts it in the paid and the blended cost", false},
	{"net_credit", byValuing, "more was credited than spent on a channel", "no cost of acquisition where credits are a tenth of the rest or more", false},
	{"no_paid_channel", byValuing, "paid channels, or the one that `value.replace_by` names, have no cost or fewer than 50 new customers", "`value.cac` sets the marks, else the margin of a first order", false},
	{"acquisition_loses_money", byValuing, "a new customer costs more than they bring", "the floor alone decides whom to retain", false},

	{"old_people", byExport, "a file of people or suppression is older than the day of the run", "does not know who objected since", false},
	{"no_seed", byExport, "an audience of lookalikes goes to an ad platform", "the files are written; they are no seed", false},
	{"few_in_people", byExport, "more customers are missing from people than found there", "those who are found", false},
	{"repeated_people", byExport, "people has several rows of one customer", "the first counts", false},
	{"people_without_id", byExport, "people has rows without a customer_id", "they belong to nobody", false},
	{"shared_email", byExport, "customers share an e-mail by which the target knows them", "the first is in the files", false},
	{"empty_suppression", byExport, "a file of suppression has no row", "suppresses nobody by it", false},
	{"left_people", byExport, "somebody left, or objected, by an address that neither people nor the files of an earlier export have any more", "they cannot be named in the exited or suppressed file", false},
	{"blank_column", byExport, "a column is blank for more than a fifth of the rows that had a value", "the cells stay blank; the rejects name their rows", false},
	{"most_suppressed", byExport, "the suppressed file holds more than half of people", "the file is written; look at the consent before it is uploaded", false},
	{"other_target", byExport, "the earlier exports of the audience were for another target, for the target as it was declared otherwise, or of an older version", "all count as entered", false},
	{"audience_too_small", byExport, "fewer people than the platform takes", "the files are written: they may top up an audience there", false},
	{"empty_audience", byExport, "nobody is in the audience", "the export is written so that those of the last one leave", false},

	{"sample_ratio", byMeasure, "the arms do not have the people that the design gave them", "no lift and no decision", false},
	{"hole_in_orders", byMeasure, "days without an order lie inside the watched time", "counts them as days on which nobody bought", false},
	{"unknown_customers", byMeasure, "assigned customers have no order in the files", "counts them as people who did not buy", false},
	{"plan_unknown", byMeasure, "nobody says how many customers another tool will assign", "takes those of the files for all", false},
	{"plan_not_filled", byMeasure, "fewer customers came into a campaign than were planned, and for a whole window nobody has", "no last look, until somebody says that nobody else comes", true},
	{"assigned_after_end", byMeasure, "customers came into a campaign after somebody said that nobody else does", "counts them as everyone else, and the last look waits for them", false},
	{"merged_assignments", byMeasure, "customers were assigned under several ids that were merged since", "each counts once, by the first assignment", true},
	{"hidden_discounts", byMeasure, "a flat margin rate hides the discounts that a campaign gives, and nothing tells them", "no verdict on money and no probability that it pays", true},
	{"no_contacts", byMeasure, "no usable row of the contacts is of the campaign, or of the people of an arm that was to be sent to", "sends and costs are n/a; of an arm alone, so is a verdict on money", false},
	{"contacts_set_aside", byMeasure, "rows of the contacts are in quarantine", "sends, costs and discounts are too low; no verdict on money where they are of the campaign", false},
	{"partial_contacts", byMeasure, "of an arm, or of a night of it, far fewer are in the contacts than of the other, or of the other nights", "counts what the missing ones cost and let off as 0, and has no verdict on money that they are part of unless `run.accept` has the code", false},
	{"contaminated_holdout", byMeasure, "customers who were to be left alone were contacted", "compares everyone as assigned", false},
	{"other_arm", byMeasure, "customers got the message of another arm", "compares everyone as assigned", false},
	{"unknown_arm", byMeasure, "contacts name an arm that there is not", "nobody knows whether they got the message of their arm", false},
	{"contacted_unassigned", byMeasure, "customers were contacted who are in no arm", "leaves them and their cost out", false},
	{"contacted_early", byMeasure, "customers were contacted before they were assigned", "the effect may lie before their window", false},
}

// WarningsMarkdown returns the catalog as a Markdown table.
func WarningsMarkdown() string {
	var table strings.Builder
	table.WriteString("| warning | by | meaning | what is done all the same |\n|---|---|---|---|\n")
	for _, kind := range Warnings {
		effect := kind.Effect
		if kind.Lenient {
			effect += "; `--strict` lets it pass"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", kind.Code, kind.By, kind.Meaning, effect)
	}
	return table.String()
}

// Codes lists the codes of the catalog.
func Codes() []string {
	var codes []string
	for _, kind := range Warnings {
		codes = append(codes, kind.Code)
	}
	return codes
}

// OfRunsAlone lists the codes that a run can raise and a check cannot.
func OfRunsAlone() []string {
	var codes []string
	for _, kind := range Warnings {
		by := strings.Split(kind.By, ", ")
		if slices.Contains(by, "run") && !slices.Contains(by, "check") {
			codes = append(codes, kind.Code)
		}
	}
	return codes
}

// isWarning reports whether a code is in the catalog.
func isWarning(code string) bool {
	return slices.ContainsFunc(Warnings, func(kind WarningKind) bool { return kind.Code == code })
}

// isLenient reports whether run.strict lets a warning pass.
func isLenient(code string) bool {
	return slices.ContainsFunc(Warnings, func(kind WarningKind) bool { return kind.Code == code && kind.Lenient })
}

// IsOfInput reports whether a warning is of the input, and not of what was made of it.
func IsOfInput(code string) bool {
	at := slices.IndexFunc(Warnings, func(kind WarningKind) bool { return kind.Code == code })
	if at < 0 {
		return false
	}
	by := Warnings[at].By
	return by == byOrders || by == byInput || strings.Contains(by, "check")
}
