package audiencename

import "testing"

func TestNeutralNames(t *testing.T) {
	seen := map[string]bool{}
	for _, list := range []string{"retain", "acquisition_lookalike", "new_onboard", "lifecycle_lapsed", "segment_champions", "segment_lost", "seed", "low_value"} {
		name := Neutral(list)
		if err := Validate(name); err != nil {
			t.Error(err)
		}
		if seen[name] || name != Neutral(list) {
			t.Errorf("%s: %s", list, name)
		}
		seen[name] = true
		if list != "new_onboard" && Validate(list) == nil {
			t.Errorf("%s is taken for neutral", list)
		}
	}
	for name, neutral := range map[string]bool{
		"spring_2026": true, "newsletter_b": true, "image_test": true, "follow_up": true, "cbv_a_1": true,
		"high_income": false, "lowvalue": false, "age_50": false, "diabetes": false, "vip": false, "credit_score": false, "in_come": false,
		"Spring": false, "a": false, "../x": false, "a b": false, "a\n": false, "cbv_a_0123456789012345678901234567890123456": false,
	} {
		if (Validate(name) == nil) != neutral {
			t.Errorf("%q: %v", name, Validate(name))
		}
	}
}
