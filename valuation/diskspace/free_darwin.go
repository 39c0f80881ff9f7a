package diskspace

import "golang.org/x/sys/unix"

// blockBytes returns the size of the blocks that are counted.
func blockBytes(stat unix.Statfs_t) int64 { return int64(stat.Bsize) }
