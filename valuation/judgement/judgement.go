package judgement

import (
	"context"

	"cbv/valuation/acquisition"
	"cbv/valuation/focus"
	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/scoring"
)

// Judgement is what is made of the finished figures.
type Judgement struct {
	*pipeline.Context
	intake      *intake.Intake
	scoring     *scoring.Scoring
	acquisition *acquisition.Acquisition

	Figures Figures
	Focus   focus.Report
}

// New returns the judgement of a run.
func New(c *pipeline.Context, in *intake.Intake, s *scoring.Scoring, a *acquisition.Acquisition) *Judgement {
	return &Judgement{Context: c, intake: in, scoring: s, acquisition: a}
}

// Steps are those of a judgement, which stand after the checks.
var Steps = []pipeline.Step{
	{Name: "warnings", Kind: pipeline.Go, Reads: []string{"kpis", "channels", "segments"}},
	{Name: "focus", Kind: pipeline.Go, Reads: []string{"concentration", "channels"}},
}

// Actions are the Go steps of a judgement.
func (j *Judgement) Actions() pipeline.Actions {
	return pipeline.Actions{"warnings": j.warn, "focus": j.judgeFocus}
}

// warn reads the figures and adds the warnings that they call for.
func (j *Judgement) warn(ctx context.Context) error {
	var err error
	if j.Figures, err = j.readFigures(ctx); err != nil {
		return err
	}
	j.warnOfBasis()
	if j.scoring.HasModel() {
		j.scoring.WarnOfTrust()
		j.warnOfFigures()
	}
	if err := j.acquisition.WarnOfChannels(ctx); err != nil {
		return err
	}
	if j.scoring.HasModel() {
		j.warnOfNoPaidChannel()
	}
	return nil
}
