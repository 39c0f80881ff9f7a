package export

import (
	"os"
	"testing"

	"cbv/valuation/pipeline/pipelinetest"
)

func TestAnExportIsWhole(t *testing.T) {
	pipelinetest.Plan(t, os.DirFS("../../sql"), Steps, (&export{}).Actions())
}
