package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/xrash/smetrics"

	"cbv/valuation/failure"
)

// Sources says where settings come from, least binding first.
type Sources struct {
	File     string            // path of the YAML file; "" for none
	Optional bool              // the file may be missing
	Environ  []string          // as os.Environ gives it
	Flags    map[string]string // the flags that were given, by key path
	Accepted string            // the codes of the flag --accept, which is for once: "" for none
	// Published says that no orders are read, so that none need be named.
	Published bool
}

// Load reads the settings and checks them. Paths from the file are taken
// relative to the file's folder, those from flags and environment as they are.
func Load(from Sources) (Config, error) {
	c, _, err := read(from)
	if err != nil {
		return Config{}, err
	}
	if err := c.validate(from.Published); err != nil {
		return Config{}, failure.Usagef("%w", err)
	}
	return c, nil
}

// read reads the settings and says where each came from. They are not checked
// against each other yet.
func read(from Sources) (Config, map[string]string, error) {
	c := Default()
	origins, err := loadFile(&c, from)
	if err != nil {
		return Config{}, nil, err
	}
	if err := rejectUnknownVariables(from.Environ); err != nil {
		return Config{}, nil, err
	}
	environ := map[string]string{}
	for _, entry := range from.Environ {
		name, value, _ := strings.Cut(entry, "=")
		environ[name] = value
	}
	var errs []error
	walk(reflect.ValueOf(&c).Elem(), "", func(key Key, leaf reflect.Value) {
		if key.FileOnly {
			return
		}
		if text, ok := environ[key.Env()]; ok {
			origins[key.Path] = key.Env()
			errs = append(errs, set(leaf, key, key.Env(), text))
		}
		if text, ok := from.Flags[key.Path]; ok {
			origins[key.Path] = "--" + key.Path
			errs = append(errs, set(leaf, key, "--"+key.Path, text))
		}
		if key.Path == acceptPath && from.Accepted != "" {
			standing := c.Run.Accept
			origins[key.Path] = "--" + key.Short
			err := set(leaf, key, "--"+key.Short, from.Accepted)
			if err == nil && len(c.Run.Accept) == 0 { // null, or commas alone
				err = fmt.Errorf("--%s: %q is no code of a warning: cbv help warnings lists them", key.Short, from.Accepted)
			}
			errs = append(errs, err)
			c.Run.AcceptOnce = c.Run.Accept
			c.Run.Accept = slices.Concat(standing, c.Run.AcceptOnce)
		}
	})
	if err := errors.Join(errs...); err != nil {
		return Config{}, nil, failure.Usagef("%w", err)
	}
	c.settle()
	return c, origins, nil
}

// acceptPath is the setting of accepted warnings. What the flag --accept names beside it
// is for one night, so that what was forgotten in a file, a variable or a script lets
// nothing grave pass for good.
const acceptPath = "run.accept"

// loadFile reads the file into c and says where in it each setting stands.
func loadFile(c *Config, from Sources) (map[string]string, error) {
	origins := map[string]string{}
	if from.File == "" {
		return origins, nil
	}
	text, err := os.ReadFile(from.File)
	if errors.Is(err, fs.ErrNotExist) {
		if from.Optional {
			return origins, nil
		}
		return nil, failure.Usagef("%s: no such file: name the configuration with --config", from.File)
	}
	if err != nil {
		return nil, failure.Usagef("%w: name the configuration with --config", err)
	}
	c.Out = "" // to see whether the file gives it
	// A comment-only file is a valid empty configuration; the decoder calls it EOF.
	if err := yaml.UnmarshalWithOptions(text, c, yaml.Strict()); err != nil && err.Error() != "EOF" {
		return nil, failure.Usagef("%s: %s", from.File, explain(err))
	}
	if err := rejectFractions(text); err != nil {
		return nil, failure.Usagef("%s: %w", from.File, err)
	}
	folder := filepath.Dir(from.File)
	for _, files := range []Files{c.Orders.Files, c.Identities.Files, c.Rates.Files, c.Spend.Files, c.Surveys.Files, c.People.Files, c.Suppression.Files, c.Contacts.Files} {
		for i, path := range files {
			files[i] = relativeTo(folder, path)
		}
	}
	if c.Out == "" {
		c.Out = Default().Out // beside the reader rather than the file
	} else {
		c.Out = relativeTo(folder, c.Out)
	}
	if c.Run.Model != AutoModel {
		c.Run.Model = relativeTo(folder, c.Run.Model)
	}
	for path, line := range lines(text) {
		origins[path] = fmt.Sprintf("%s line %d", from.File, line)
	}
	return origins, nil
}

func relativeTo(folder, path string) string {
	// Cleaned, a remote path would no longer be known for one.
	if path == "" || filepath.IsAbs(path) || strings.Contains(path, "://") {
		return path
	}
	return filepath.Join(folder, path)
}

// explain turns a decoding error into one that names the place and, for an
// unknown key, the nearest known one.
func explain(err error) string {
	var unknown *yaml.UnknownFieldError
	if errors.As(err, &unknown) && unknown.Token != nil {
		name := unknown.Token.Value
		return fmt.Sprintf("line %d: unknown key %q%s", unknown.Token.Position.Line, name, didYouMean(name, names()))
	}
	var mistyped *yaml.TypeError
	if errors.As(err, &mistyped) && mistyped.Token != nil {
		return fmt.Sprintf("line %d: %q is not a valid value (it wants %s)",
			mistyped.Token.Position.Line, strings.TrimSpace(mistyped.Token.Value), describe(mistyped.DstType))
	}
	var broken *yaml.SyntaxError
	if errors.As(err, &broken) && broken.Token != nil {
		return fmt.Sprintf("line %d: not valid YAML: %s", broken.Token.Position.Line, broken.Message)
	}
	return strings.TrimSpace(yaml.FormatError(err, false, true))
}

// names lists every name that can stand in the file, sections included.
func names() []string {
	seen := map[string]bool{}
	for _, key := range Keys() {
		for _, name := range strings.Split(key.Path, ".") {
			seen[name] = true
		}
	}
	for _, inside := range []reflect.Type{reflect.TypeFor[Audience](), reflect.TypeFor[Campaign](), reflect.TypeFor[Target](), reflect.TypeFor[TargetColumn]()} {
		for i := range inside.NumField() {
			seen[inside.Field(i).Tag.Get("yaml")] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

func rejectUnknownVariables(environ []string) error {
	known := map[string]bool{}
	for _, key := range Keys() {
		if !key.FileOnly {
			known[key.Env()] = true
		}
	}
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, "CBV_") && !known[name] {
			return failure.Usagef("environment variable %s sets nothing%s", name, didYouMean(name, slices.Sorted(maps.Keys(known))))
		}
	}
	return nil
}

func didYouMean(name string, known []string) string {
	if nearest := Nearest(name, known); nearest != "" {
		return fmt.Sprintf(": did you mean %q?", nearest)
	}
	return ": cbv help settings lists what can be set"
}

// Nearest returns the known name that a misspelt one most likely stands for,
// or "" when none is near.
func Nearest(name string, known []string) string {
	const nearEnough = 0.8 // Jaro-Winkler similarity; unrelated words of this length rarely pass .7
	best, bestScore := "", nearEnough
	for _, candidate := range known {
		score := smetrics.JaroWinkler(strings.ToLower(name), strings.ToLower(candidate), 0.7, 4)
		if score > bestScore {
			best, bestScore = candidate, score
		}
	}
	return best
}
