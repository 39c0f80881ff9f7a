package scoring

import (
	"fmt"
	"slices"

	"cbv/valuation/btyd"
	"cbv/valuation/contest"
)

// choose returns the fit that values customers, nil where there is none, and
// whether channels are fitted by themselves. It warns of what was refused.
func (s *Scoring) choose(base *btyd.Base) (chosen *btyd.Fit, byChannel bool) {
	var fits []btyd.Fit
	var refused []*btyd.NoFitError
	for _, c := range s.models.candidates {
		if c.fit != nil {
			fits = append(fits, *c.fit)
		} else {
			refused = append(refused, c.none)
		}
	}
	if len(fits) == 0 {
		s.warnOfNoModel(refused[0])
		return nil, false
	}
	evidence := contest.DropoutEvidence(fits, refused)
	allowed := contest.ByDropout(fits, refused)
	fits = slices.DeleteFunc(fits, func(fit btyd.Fit) bool { return !allowed(fit.Model.Name()) })
	h := &s.holdout
	if h.result != nil {
		h.choice = h.result.Choose(func(family string) bool {
			return slices.ContainsFunc(fits, func(fit btyd.Fit) bool { return fit.Model.Name() == family })
		})
	}
	switch {
	case !btyd.HasDropout(fits[0].Model.Name()) && evidence > contest.Detectable:
		s.models.why = fmt.Sprintf("customers seem to leave, for dropout raises 2 ln L by %.2f, but no model of it has a fit", evidence)
		s.Warn("dropout_without_model", "%s, so the model is %s, in which nobody ever leaves: the value is too high for customers who have been silent for long", s.models.why, fits[0].Model.Name())
		chosen = &fits[0]
	case !btyd.HasDropout(fits[0].Model.Name()):
		s.models.why = fmt.Sprintf("no dropout is detectable: the best model of it raises 2 ln L by %.2f, and more than %.2f would be needed", max(0, evidence), contest.Detectable)
		s.Warn("no_dropout", "%s, so the model is %s, in which nobody ever leaves: the history may be short, or customers buy too rarely to be missed", s.models.why, fits[0].Model.Name())
		chosen = &fits[0]
	case h.choice.Candidate != nil:
		at := slices.IndexFunc(fits, func(fit btyd.Fit) bool { return fit.Model.Name() == h.choice.Candidate.Family })
		s.models.why = h.result.At() + contest.Text(h.choice.Contests, "mean deviance", h.choice.Candidate.Name)
		chosen = &fits[at]
	default:
		at, contests := contest.Prefer(base, fits, s.workers())
		s.models.why = "without a backtest, on the histories themselves, " + contest.Text(contests, "ln L per customer", fits[at].Model.Name())
		chosen = &fits[at]
	}
	if h.result != nil && h.choice.Candidate == nil { // none of them could be fitted at the cutoff
		h.choice = h.result.Judge(chosen.Model.Name(), false)
	}
	byChannel = h.choice.Candidate != nil && h.choice.Candidate.ByGroup
	if chosen.Boundary != "" {
		s.Warn("model_at_boundary", "%s is fitted at the boundary of %s, with the parameter that runs away held", chosen.Model.Name(), chosen.Boundary)
	}
	for _, none := range refused {
		if none.Reason != btyd.NoDropout {
			s.Warn(failureCodes[none.Reason], "%s: it is not among the models to choose from", none)
		}
	}
	return chosen, byChannel
}

// failureCodes are the codes of the warnings that a family was not fitted.
var failureCodes = map[btyd.Reason]string{
	btyd.TooFewHistories: "too_few_histories",
	btyd.Boundary:        "model_at_boundary",
	btyd.Ridge:           "model_on_ridge",
	btyd.NotConcave:      "model_not_concave",
	btyd.NoOptimum:       "model_without_optimum",
}

// warnOfNoModel says why nobody has a value.
func (s *Scoring) warnOfNoModel(none *btyd.NoFitError) {
	code := "no_model"
	s.models.why = none.Error()
	if none.Reason == btyd.NoRepeats {
		code, s.models.why = "one_timers_only", "nobody has bought again, so nothing shows who will"
	}
	s.Warn(code, "nobody has a value, a lifecycle or a mark: %s", s.models.why)
}
