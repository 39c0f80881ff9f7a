package publication

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"cbv/valuation/diskspace"
)

// bytesPerLine is less than a run holds per line of the order files at its height, in
// memory and on disk together: 230 to 330 were seen at one to four million customers with
// short identifiers and 3.6 lines each. Its table of the lines alone takes 115 in memory.
const bytesPerLine = 75

// RequireRoom refuses orders of so many lines where the disk has surely not the room
// for what a run spills there beyond the memory limit. What has a chance is tried.
func (s *Store) RequireRoom(lines, memoryBytes int64) error {
	free, known := diskspace.Free(s.root)
	if !known {
		return nil
	}
	return requireRoom(s.root, free, lines, memoryBytes)
}

func requireRoom(folder string, free, lines, memoryBytes int64) error {
	need := lines*bytesPerLine - memoryBytes
	if need <= free {
		return nil
	}
	return fmt.Errorf("%s: a run of %s lines spills at least %s there beyond engine.memory_limit, and the disk has %s free: raise that, or %s",
		folder, humanize.Comma(lines), humanize.Bytes(uint64(need)), humanize.Bytes(uint64(free)), diskspace.Remedy)
}
