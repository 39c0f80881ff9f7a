package diskspace

import "golang.org/x/sys/unix"

// blockBytes returns the size of the blocks that are counted: that of a fragment, where
// the file system has one, and not that of the best transfer, which may be larger.
func blockBytes(stat unix.Statfs_t) int64 {
	if stat.Frsize > 0 {
		return int64(stat.Frsize)
	}
	return int64(stat.Bsize)
}
