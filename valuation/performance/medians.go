package performance

import "slices"

// median returns the median of each number of some costs, of two the lower.
func median(costs []Cost) Cost {
	return Cost{
		Seconds:    middle(costs, func(c Cost) float64 { return c.Seconds }),
		CPUSeconds: middle(costs, func(c Cost) float64 { return c.CPUSeconds }),
		PeakBytes:  middle(costs, func(c Cost) int64 { return c.PeakBytes }),
		SpillBytes: middle(costs, func(c Cost) int64 { return c.SpillBytes }),
	}
}

func middle[N int64 | float64](costs []Cost, of func(Cost) N) N {
	var numbers []N
	for _, cost := range costs {
		numbers = append(numbers, of(cost))
	}
	slices.Sort(numbers)
	return numbers[(len(numbers)-1)/2]
}

// medianSteps returns the medians of each step over rounds that have the same steps.
func medianSteps(rounds [][]Step) (steps []Step) {
	for i, step := range rounds[0] {
		var costs []Cost
		for _, round := range rounds {
			costs = append(costs, round[i].Cost)
		}
		steps = append(steps, Step{Cost: median(costs), Name: step.Name, Rows: step.Rows})
	}
	return steps
}

// medianOf returns the median over rounds of what some of the steps cost in all.
func medianOf(rounds [][]Step, names []string) Cost {
	var sums []Cost
	for _, round := range rounds {
		sum := Cost{}
		for _, step := range round {
			if slices.Contains(names, step.Name) {
				sum.Seconds += step.Seconds
				sum.CPUSeconds += step.CPUSeconds
				sum.PeakBytes = max(sum.PeakBytes, step.PeakBytes)
			}
		}
		sums = append(sums, sum)
	}
	return median(sums)
}
