package measurement

import (
	"os"
	"testing"

	"cbv/valuation/intake"
	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
)

func TestAMeasurementIsWhole(t *testing.T) {
	in := intake.New(nil, intake.Inputs{})
	pipelinetest.Plan(t, os.DirFS("../../sql"), Steps, pipeline.Join(in.Actions(), (&Measurement{}).Actions()))
}
