package command

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/zeebo/xxh3"
)

// A test binary is of no revision, so it is known by the hash of its file.
func TestAProgramOfNoRevisionIsKnownByItsFile(t *testing.T) {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	hash := xxh3.New128()
	if _, err := file.WriteTo(hash); err != nil {
		t.Fatal(err)
	}
	program, err := ThisProgram()
	if err != nil || program.Version != Version || program.Identity != fmt.Sprintf("executable %x", hash.Sum(nil)) {
		t.Errorf("%+v, %v", program, err)
	}
}

func TestAProgramIsKnownByWhatItWasBuiltFrom(t *testing.T) {
	built := func(settings ...string) *debug.BuildInfo {
		info := &debug.BuildInfo{Main: debug.Module{Path: "cbv"}}
		for _, setting := range settings {
			key, value, _ := strings.Cut(setting, "=")
			info.Settings = append(info.Settings, debug.BuildSetting{Key: key, Value: value})
		}
		return info
	}
	seen := map[string]bool{}
	for _, info := range []*debug.BuildInfo{
		built("vcs.revision=ab", "vcs.modified=false"), built("vcs.revision=cd", "vcs.modified=false"),
		built("vcs.revision=ab", "vcs.modified=false", "-tags=other"),
	} {
		identity, clean := buildIdentity(info)
		if !clean || seen[identity] {
			t.Errorf("%v: %s, clean %t", info.Settings, identity, clean)
		}
		seen[identity] = true
	}
	for _, info := range []*debug.BuildInfo{built(), built("vcs.revision=ab"), built("vcs.revision=ab", "vcs.modified=true"), built("vcs.modified=false")} {
		if identity, clean := buildIdentity(info); clean || identity != "" {
			t.Errorf("%v: %s, clean %t", info.Settings, identity, clean)
		}
	}
}
