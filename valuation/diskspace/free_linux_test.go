package diskspace

import (
	"testing"

	"golang.org/x/sys/unix"
)

// A network's file system may be read in transfers of a megabyte and count blocks of 4 KiB.
func TestBlocksAreCountedInFragments(t *testing.T) {
	if bytes := blockBytes(unix.Statfs_t{Bsize: 1 << 20, Frsize: 4096}); bytes != 4096 {
		t.Errorf("blocks of %d bytes", bytes)
	}
	if bytes := blockBytes(unix.Statfs_t{Bsize: 512}); bytes != 512 {
		t.Errorf("without fragments, blocks of %d bytes", bytes)
	}
}
