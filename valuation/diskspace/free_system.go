//go:build linux || darwin

package diskspace

import "golang.org/x/sys/unix"

// Free returns the bytes that may still be written below an existing folder, and whether
// the system says so.
func Free(folder string) (bytes int64, known bool) {
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		return 0, false
	}
	return int64(stat.Bavail) * blockBytes(stat), true
}
