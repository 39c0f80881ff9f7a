package command

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/zeebo/xxh3"

	"cbv/valuation/pipeline"
)

// ThisProgram returns the program that runs. Its identity is another one for every
// change of what it is built from: that of the build where its tree was clean, by
// revision, modules, compiler and settings; where it was not, or nothing says so, the
// hash of the executable.
func ThisProgram() (pipeline.Program, error) {
	if built, ok := debug.ReadBuildInfo(); ok {
		if identity, clean := buildIdentity(built); clean {
			return pipeline.Program{Version: Version, Identity: identity}, nil
		}
	}
	hash, err := hashExecutable()
	return pipeline.Program{Version: Version, Identity: "executable " + hash}, err
}

// buildIdentity returns a hash of what a program was built from, and whether that was
// a clean tree of a known revision.
func buildIdentity(built *debug.BuildInfo) (identity string, clean bool) {
	settings := map[string]string{}
	for _, setting := range built.Settings {
		settings[setting.Key] = setting.Value
	}
	if settings["vcs.revision"] == "" || settings["vcs.modified"] != "false" {
		return "", false
	}
	return fmt.Sprintf("build %x", xxh3.Hash128([]byte(built.String())).Bytes()), true
}

// hashExecutable hashes the file that runs, also where another one has taken its
// place since.
func hashExecutable() (string, error) {
	path, err := os.Executable()
	if runtime.GOOS == "linux" {
		path, err = "/proc/self/exe", nil
	}
	if err != nil {
		return "", err
	}
	file, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("the program's own file: %w", err)
	}
	defer file.Close()
	hash := xxh3.New128()
	if _, err := io.Copy(hash, file); err != nil {
		return "", fmt.Errorf("the program's own file: %w", err)
	}
	return fmt.Sprintf("%x", hash.Sum(nil)), nil
}
