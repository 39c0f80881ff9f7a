package config

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
)

// set reads the text of a flag or a variable into one setting. A string is
// taken to the letter, a list is written as in YAML ([1, 2]) or with commas alone
// (1,2), and null unsets what can be absent: of what cannot, validation says so.
func set(leaf reflect.Value, key Key, origin, text string) error {
	isNull := strings.TrimSpace(text) == "null"
	switch {
	case isNull && key.Path == "orders.files":
		leaf.Set(reflect.ValueOf(Files{"null"})) // there is no run without orders: a path like any other
		return nil
	case isNull && key.Path != "out" && leaf.Kind() == reflect.String: // nor one without a folder for it
		leaf.SetString("")
		return nil
	}
	if err := parse(leaf, strings.TrimSpace(text), text); err != nil {
		return fmt.Errorf("%s: %w", origin, err)
	}
	return nil
}

// parse reads text into leaf. The YAML decoder is left to lists: it takes 3.7
// for the whole number 3, nothing for 0, and sets no pointer.
func parse(leaf reflect.Value, trimmed, text string) error {
	refuse := func() error {
		return fmt.Errorf("%q is not a valid value (it wants %s)", text, describe(leaf.Type()))
	}
	switch value := leaf.Addr().Interface().(type) {
	case *Files:
		*value = parseFiles(trimmed)
		return nil
	case *Day:
		day, err := ParseDay(trimmed)
		*value = day
		return err
	case *Days:
		days, err := ParseDays(trimmed)
		*value = days
		return err
	case *Duration:
		duration, err := ParseDuration(trimmed)
		*value = duration
		return err
	}
	switch leaf.Kind() {
	case reflect.String:
		leaf.SetString(text)
	case reflect.Pointer:
		if trimmed == "null" {
			leaf.SetZero()
			return nil
		}
		fresh := reflect.New(leaf.Type().Elem())
		if err := parse(fresh.Elem(), trimmed, text); err != nil {
			return err
		}
		leaf.Set(fresh)
	case reflect.Bool:
		if trimmed != "true" && trimmed != "false" {
			return refuse()
		}
		leaf.SetBool(trimmed == "true")
	case reflect.Int:
		number, err := strconv.Atoi(trimmed)
		if err != nil {
			return refuse()
		}
		leaf.SetInt(int64(number))
	case reflect.Float64:
		number, err := strconv.ParseFloat(trimmed, 64)
		if err != nil {
			return refuse()
		}
		leaf.SetFloat(number)
	case reflect.Slice:
		var items any
		text := listText(trimmed)
		if err := yaml.Unmarshal([]byte(text), &items); err != nil || trimmed == "" || fraction(leaf.Type(), items) != nil {
			return refuse()
		}
		fresh := reflect.New(leaf.Type())
		err := yaml.Unmarshal([]byte(text), fresh.Interface())
		if wrong := (attributeError{}); errors.As(err, &wrong) {
			return wrong
		}
		if err != nil {
			return refuse()
		}
		leaf.Set(fresh.Elem())
	default:
		panic("config: no way to set a " + leaf.Type().String())
	}
	return nil
}

// listText is a list in the brackets of YAML, which may be left out.
func listText(text string) string {
	if text == "null" || strings.HasPrefix(text, "[") || strings.HasPrefix(text, "{") {
		return text
	}
	return "[" + text + "]"
}

// parseFiles reads a list in brackets, or null for none; anything else is one path to
// the letter, since a path may hold what means something in YAML.
func parseFiles(text string) Files {
	if text == "null" {
		return nil
	}
	var many []string
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") && yaml.Unmarshal([]byte(text), &many) == nil {
		return many
	}
	return Files{text}
}

// rejectFractions refuses fractions in a YAML file where whole numbers are
// wanted, which the decoder would cut off.
func rejectFractions(text []byte) error {
	var document any
	if err := yaml.Unmarshal(text, &document); err != nil {
		return nil // empty: what cannot be decoded was refused before
	}
	var c Config
	var errs []error
	walk(reflect.ValueOf(&c).Elem(), "", func(key Key, leaf reflect.Value) {
		value := document
		for _, name := range strings.Split(key.Path, ".") {
			section, _ := value.(map[string]any)
			value = section[name]
		}
		if found := fraction(leaf.Type(), value); found != nil {
			errs = append(errs, fmt.Errorf("%s: %v is not a whole number", key.Path, found))
		}
	})
	return errors.Join(errs...)
}

// fraction returns a number of value that is not whole though t wants it to be,
// nil where there is none.
func fraction(t reflect.Type, value any) any {
	switch value := value.(type) {
	case float64:
		if t.Kind() == reflect.Int && value != math.Trunc(value) {
			return value
		}
	case []any:
		for _, item := range value {
			if t.Kind() != reflect.Slice {
				continue
			}
			if found := fraction(t.Elem(), item); found != nil {
				return found
			}
		}
	case map[string]any:
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		for i := 0; t.Kind() == reflect.Struct && i < t.NumField(); i++ {
			if found := fraction(t.Field(i).Type, value[t.Field(i).Tag.Get("yaml")]); found != nil {
				return found
			}
		}
	}
	return nil
}

func describe(t reflect.Type) string {
	if t == reflect.TypeFor[Attributes]() {
		return "names with a column or an expression each, such as {country: Country}"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return describe(t.Elem()) + " or null"
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Struct {
			return "a list of sections"
		}
		return "a list such as [1, 2]"
	case reflect.Struct:
		return "a section"
	}
	return t.String()
}
