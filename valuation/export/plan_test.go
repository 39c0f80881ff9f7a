package export

import (
	"testing"

	"cbv/valuation/pipeline"
)

func TestEveryGoStepHasAnAction(t *testing.T) {
	actions := (&export{}).Actions()
	for _, step := range Steps {
		if (step.Kind == pipeline.Go) != (actions[step.Name] != nil) {
			t.Errorf("%s is %s, and its action is %v", step.Name, step.Kind, actions[step.Name] != nil)
		}
		delete(actions, step.Name)
	}
	for name := range actions {
		t.Errorf("%s is no step", name)
	}
}
