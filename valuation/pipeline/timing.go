package pipeline

import (
	"os"
	"regexp"
	"strconv"
	"time"
)

// StepTiming is what a step cost.
type StepTiming struct {
	Step    string  `json:"step"`
	Seconds float64 `json:"seconds"`
	// PeakBytes is the most memory the process held during the step, engine
	// included; 0 where the system does not report it.
	PeakBytes int64 `json:"peak_bytes"`
}

// TimingFile is timing.json. Timings differ from run to run, so the manifest does
// not know of them.
type TimingFile struct {
	Steps []StepTiming `json:"steps"`
}

// measure starts the timing of a step; the function it returns ends it.
func (c *Context) measure(step string) func() time.Duration {
	resetPeak()
	start := c.Clock()
	return func() time.Duration {
		elapsed := c.Clock().Sub(start)
		c.Timing = append(c.Timing, StepTiming{step, elapsed.Seconds(), peakBytes()})
		return elapsed
	}
}

// resetPeak makes Linux count the peak anew; elsewhere it does nothing. Where
// it is not allowed, the peak is that of the process so far.
func resetPeak() {
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}

var peakPattern = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

func peakBytes() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	match := peakPattern.FindSubmatch(status)
	if match == nil {
		return 0
	}
	kilobytes, err := strconv.ParseInt(string(match[1]), 10, 64)
	if err != nil {
		return 0
	}
	return kilobytes << 10
}
