package report

import (
	"strings"
	"testing"

	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
	"cbv/valuation/run"
)

// Why trust is refused is said first, and what is untested besides with the backtest;
// each once.
func TestWhyTrustIsRefusedIsSaidOnce(t *testing.T) {
	refused := false
	var result run.Result
	result.Manifest.Model = &publication.Model{Name: "MBG/NBD"}
	result.Manifest.Backtest = publication.Backtest{Trust: &refused, Reason: "too low", Untested: []string{"season untested", "too few customers"}}
	result.Manifest.Warnings = []pipeline.Warning{{Code: "not_trusted", Message: "no trust: too low"}, {Code: "few_repeat_customers", Message: "few"}}
	s := summary{result: result}
	if got, want := s.distrust(), "Trust: no. What rests on the model below does not deserve trust: too low."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := s.forecast(), "Trust: no, as said first. Unknown besides: season untested; too few customers."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := trustText(result.Manifest.Backtest), "Trust: no: too low. Unknown besides: season untested; too few customers."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	warnings := s.warnings()
	if strings.Contains(warnings[0].Message, "too low") || warnings[1].Message != "few" {
		t.Errorf("warnings %+v", warnings)
	}
	if result.Manifest.Warnings[0].Message != "no trust: too low" {
		t.Error("the manifest's warning is another")
	}
}
