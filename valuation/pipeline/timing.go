package pipeline

import (
	"bytes"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// StepTiming is what a step cost. Steps that are under way beside each other share the
// time that passes and what the process works in it evenly, so that the steps add up to
// the whole.
type StepTiming struct {
	Step    string  `json:"step"`
	Seconds float64 `json:"seconds"`
	// CPUSeconds is what all cores together worked, for the program and for the
	// system on its behalf, to the hundredth; 0 where the system does not report it.
	// Unlike seconds it hardly depends on what else the machine does.
	CPUSeconds float64 `json:"cpu_seconds"`
	// PeakBytes is the most memory the process held during the step, engine
	// included; 0 where the system does not report it.
	PeakBytes int64 `json:"peak_bytes"`
	// Rows are those that the step made, nil where they are not counted.
	Rows *int64 `json:"rows,omitempty"`
}

// TimingFile is timing.json. Timings differ from run to run, so the manifest does
// not know of them.
type TimingFile struct {
	Steps []StepTiming `json:"steps"`
}

// CPUSeconds returns what the process has worked so far, for itself and the system on
// its behalf; 0 where the system does not report it.
func CPUSeconds() float64 {
	const ticks = 100 // a second, in which Linux reports to every program
	status, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	// Behind the program's name, which may have blanks and brackets in it, the 12th
	// and 13th field are its own time and the system's.
	fields := strings.Fields(string(status[bytes.LastIndexByte(status, ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	worked := 0.0
	for _, field := range fields[11:13] {
		part, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return 0
		}
		worked += part
	}
	return worked / ticks
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
