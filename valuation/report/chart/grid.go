package chart

import "math"

// Grid is a map of two scores from 1 to Size: a square in each cell, whose area is its
// value, above its figure.
type Grid struct {
	Size       int
	Across, Up string // what the scores are of
	Cells      []Cell
	Text       func(float64) string
}

// Cell is a cell with a value.
type Cell struct {
	Across, Up int
	Value      float64
}

func (g Grid) draw(c *canvas) {
	const left, cellHeight = 28., 44.
	width := (Width - left) / float64(g.Size)
	c.text("label", start, 0, lineHeight-3, Fit(g.Up, Width))
	top := lineHeight + 6.
	most := 0.
	for _, cell := range g.Cells {
		most = math.Max(most, cell.Value)
	}
	bottom := top + cellHeight*float64(g.Size)
	for i := 0; i <= g.Size; i++ {
		c.line("grid", left, top+cellHeight*float64(i), Width, top+cellHeight*float64(i))
		c.line("grid", left+width*float64(i), top, left+width*float64(i), bottom)
	}
	for i := 1; i <= g.Size; i++ {
		c.text("tick", end, left-8, top+cellHeight*(float64(g.Size-i)+0.5)+4, trimmed(float64(i)))
		c.text("tick", middle, left+width*(float64(i)-0.5), bottom+lineHeight, trimmed(float64(i)))
	}
	c.text("label", middle, (left+Width)/2, bottom+2*lineHeight, Fit(g.Across, Width-left))
	c.height = bottom + 2*lineHeight + 6
	for _, cell := range g.Cells {
		centre := left + width*(float64(cell.Across)-0.5)
		floor := top + cellHeight*float64(g.Size-cell.Up+1)
		edge := math.Max(1, 26*math.Sqrt(cell.Value/most))
		c.rect("full s1", centre-edge/2, floor-15-edge, edge, edge)
		c.text("value", middle, centre, floor-4, g.Text(cell.Value))
	}
}
