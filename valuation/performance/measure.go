// Package performance measures whole runs against the floor: one aggregate per
// customer of the same orders, which any tool begins with. Seconds depend on what else
// the machine does; the ratio to the floor measured in the same minute hardly does.
package performance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"cbv/valuation/engine"
	"cbv/valuation/failure"
	"cbv/valuation/pipeline"
	"cbv/valuation/publication"
)

// Job is what is measured, and with what.
type Job struct {
	History  History
	Rounds   int            // of the floor and the run, in turns; medians are of them
	Folder   string         // absent or empty; the orders stay in it
	Program  string         // path of the program that carries the runs out
	Settings []string       // of the runs, besides those of the history's configuration; as flags
	Bounds   engine.Options // MemoryLimit and Threads, of the floor too
	Open     engine.Open
	Progress func(done, total int, what string)
}

// Cost is what a piece of work took.
type Cost struct {
	Seconds    float64 // that passed
	CPUSeconds float64 // of all cores
	PeakBytes  int64   // most memory held, the engine included; 0 where the system does not say
	SpillBytes int64   // most that lay on disk for want of memory, as seen ten times a second
}

// Step is the cost of a step of the run.
type Step struct {
	Cost
	Name string
	Rows *int64 // nil where they are not counted
}

// Measured is the outcome: medians over the rounds, of each number by itself.
type Measured struct {
	History  History
	Rounds   int
	Lines    int64 // of the order files
	Files    int
	Bytes    int64 // of the order files
	Cores    int
	Bounds   engine.Options
	Settings []string
	Floor    Cost
	Run      Cost
	Early    Cost // the part of the run that revision 2d0978a had too
	Backtest Cost // the part that tests the models
	Steps    []Step
}

// TimeRatio and CPURatio are how many times the floor's the run's cost is.
func (m Measured) TimeRatio() float64 { return m.Run.Seconds / m.Floor.Seconds }

// CPURatio is TimeRatio of the seconds of all cores.
func (m Measured) CPURatio() float64 { return m.Run.CPUSeconds / m.Floor.CPUSeconds }

// Measure makes the history and measures it.
func Measure(ctx context.Context, job Job) (Measured, error) {
	if err := job.History.Validate(); err != nil {
		return Measured{}, err
	}
	if job.Rounds < 1 {
		return Measured{}, failure.Usagef("--rounds is %d: give at least 1", job.Rounds)
	}
	files, err := job.History.write(ctx, job.Folder, job.Open, job.Bounds, func(done, total int) { job.Progress(done, total, "simulating") })
	if err != nil {
		return Measured{}, err
	}
	measured := Measured{History: job.History, Rounds: job.Rounds, Files: len(files), Cores: runtime.NumCPU(), Bounds: job.Bounds, Settings: job.Settings}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			return measured, err
		}
		measured.Bytes += info.Size()
	}
	var floors, runs []Cost
	var steps [][]Step
	var first []publication.Output
	for round := range job.Rounds {
		job.Progress(2*round, 2*job.Rounds, "floor")
		floor, lines, err := job.floor(ctx, files)
		if err != nil {
			return measured, err
		}
		job.Progress(2*round+1, 2*job.Rounds, "run")
		run, timing, made, err := job.run(ctx)
		if err != nil {
			return measured, fmt.Errorf("round %d: %w", round+1, err)
		}
		if round == 0 {
			first = made
		}
		if name := different(first, made); name != "" {
			return measured, fmt.Errorf("round %d: %s is not what the first round made of the same orders", round+1, name)
		}
		measured.Lines = lines
		floors, runs, steps = append(floors, floor), append(runs, run), append(steps, timing)
	}
	measured.Floor, measured.Run = median(floors), median(runs)
	measured.Steps, measured.Early, measured.Backtest = medianSteps(steps), medianOf(steps, earlySteps), medianOf(steps, backtestSteps)
	return measured, nil
}

// run carries a run out in a process of its own, whose memory nothing else is in.
func (j Job) run(ctx context.Context) (cost Cost, steps []Step, made []publication.Output, err error) {
	out := filepath.Join(j.Folder, "out")
	defer func() { err = errors.Join(err, os.RemoveAll(out)) }()
	arguments := append([]string{"run", "--config", filepath.Join(j.Folder, configuration), "--out", out, "--engine.memory_limit", j.Bounds.MemoryLimit, "--engine.threads", fmt.Sprint(j.Bounds.Threads)}, j.Settings...)
	var printed, complained bytes.Buffer
	child := exec.CommandContext(ctx, j.Program, arguments...)
	child.Stdout, child.Stderr = &printed, &complained

	ended := make(chan struct{})
	spilled := make(chan int64)
	go func() { spilled <- largest(publication.SpillFolder(out), ended) }()
	start := time.Now()
	failed := child.Run()
	cost.Seconds = time.Since(start).Seconds()
	close(ended)
	cost.SpillBytes = <-spilled
	if failed != nil {
		return cost, nil, nil, fmt.Errorf("cbv %s: %w: %s", strings.Join(arguments, " "), failed, strings.TrimSpace(complained.String()))
	}
	cost.CPUSeconds = (child.ProcessState.UserTime() + child.ProcessState.SystemTime()).Seconds()
	timing, err := publication.ReadJSON[pipeline.TimingFile](filepath.Join(out, "latest", "timing.json"))
	if err != nil {
		return cost, nil, nil, err
	}
	for _, step := range timing.Steps {
		steps = append(steps, Step{Cost: Cost{Seconds: step.Seconds, CPUSeconds: step.CPUSeconds, PeakBytes: step.PeakBytes}, Name: step.Step, Rows: step.Rows})
		cost.PeakBytes = max(cost.PeakBytes, step.PeakBytes)
	}
	manifest, err := publication.ReadManifest(filepath.Join(out, "latest"))
	return cost, steps, manifest.Outputs, err
}

// different returns the name of an output of one run that another one made otherwise or
// not at all, "" where there is none.
func different(one, other []publication.Output) string {
	for i := range max(len(one), len(other)) {
		switch {
		case i >= len(one):
			return other[i].Name
		case i >= len(other) || one[i].Name != other[i].Name || one[i].Hash != other[i].Hash:
			return one[i].Name
		}
	}
	return ""
}

// largest returns the most bytes that lay in a folder until the end, which it looks at
// ten times a second.
func largest(folder string, ended <-chan struct{}) (most int64) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		bytes := int64(0)
		// What is gone by the time that it is looked at counts as nothing.
		_ = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return nil
			}
			if info, err := entry.Info(); err == nil {
				bytes += info.Size()
			}
			return nil
		})
		most = max(most, bytes)
		select {
		case <-ended:
			return most
		case <-tick.C:
		}
	}
}

// floor writes one aggregate per customer to Parquet, and returns the lines read.
func (j Job) floor(ctx context.Context, files []string) (cost Cost, lines int64, err error) {
	folder := filepath.Join(j.Folder, ".floor")
	if err := os.Mkdir(folder, 0o777); err != nil {
		return cost, 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	bounds := j.Bounds
	bounds.TempDir, bounds.Writable, bounds.Readable, bounds.Macros = folder, folder, files, "select 1"
	start, worked := time.Now(), pipeline.CPUSeconds()
	e, err := j.Open(ctx, bounds)
	if err != nil {
		return cost, 0, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	input := engine.Input{Name: "orders", Files: files}
	for _, column := range []string{"customer_id", "ordered_at", "amount"} {
		input.Columns = append(input.Columns, engine.InputColumn{Name: column, Expression: column})
	}
	if err := e.Input(ctx, input); err != nil {
		return cost, 0, err
	}
	const aggregate = `select customer_id, count(*) as lines, min(ordered_at) as first, max(ordered_at) as last, sum(cast(round(100 * amount) as bigint)) as cents
from orders group by customer_id`
	if _, err := e.File(ctx, "totals", aggregate, engine.File{Path: filepath.Join(folder, "totals.parquet")}); err != nil {
		return cost, 0, err
	}
	cost = Cost{Seconds: time.Since(start).Seconds(), CPUSeconds: pipeline.CPUSeconds() - worked}
	lines, err = e.Count(ctx, "orders")
	return cost, lines, err
}
