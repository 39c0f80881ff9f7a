package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cbv/valuation/platform"
)

// record is a row that a target holds: its cells by header, those under one header joined.
type record map[string]string

// holding is what a target holds. One with a key has a profile of everybody it ever was
// given, and lists that profiles are on: an e-mail tool keeps the profile of who leaves, and
// ends the subscription of who objects. An ad platform has lists of rows alone.
type holding struct {
	shop         *shop
	target       platform.Target
	profiles     map[string]record
	members      map[string]map[string]bool // of profiles, by audience
	unsubscribed map[string]bool            // profiles
	lists        map[string][]record        // by audience
	// stale are the identifiers, by audience, of rows that have changed since they entered:
	// the entered files do not have them anew.
	stale map[string]bool
}

func (s *shop) holding(target platform.Target) *holding {
	return &holding{
		shop: s, target: target, profiles: map[string]record{}, members: map[string]map[string]bool{}, unsubscribed: map[string]bool{},
		lists: map[string][]record{}, stale: map[string]bool{},
	}
}

func (h *holding) hasProfiles() bool { return h.target.Key != "" }

// isTool says whether a profile outlives its lists.
func (h *holding) isTool() bool { return h.target.Membership }

// identifiers are the cells of a record by which the target knows it.
func (h *holding) identifiers(r record) map[string]bool {
	known := map[string]bool{}
	for _, column := range h.target.IdentifyingColumns() {
		for cell := range strings.FieldsSeq(r[column.Header]) {
			known[column.Header+" "+cell] = true
		}
	}
	return known
}

// key is the only identifier of a record.
func (h *holding) key(r record) string {
	for id := range h.identifiers(r) {
		return id
	}
	return ""
}

// put uploads a row. At a tool blank cells of a file overwrite nothing, and those of a
// line of the change file clear the field.
func (h *holding) put(audience string, r record, clears bool) {
	if h.hasProfiles() {
		key := h.key(r)
		if h.profiles[key] == nil || !h.isTool() {
			h.profiles[key] = record{}
		}
		for header, cell := range r {
			if cell != "" || clears {
				h.profiles[key][header] = cell
			}
		}
		h.member(audience, key, true)
		return
	}
	known := h.identifiers(r)
	first := h.firstOf(r)
	h.lists[audience] = slices.DeleteFunc(h.lists[audience], func(held record) bool {
		return h.firstOf(held) == first || isWithin(h.identifiers(held), known)
	})
	h.lists[audience] = append(h.lists[audience], r)
}

func (h *holding) member(audience, key string, isMember bool) {
	if h.members[audience] == nil {
		h.members[audience] = map[string]bool{}
	}
	if isMember {
		h.members[audience][key] = true
	} else {
		delete(h.members[audience], key)
	}
}

// firstOf are the cells of the first identifying header that a row of a list has.
func (h *holding) firstOf(r record) string {
	for _, column := range h.target.IdentifyingColumns() {
		if r[column.Header] != "" {
			return column.Header + " " + r[column.Header]
		}
	}
	return ""
}

func isWithin(few, many map[string]bool) bool {
	for id := range few {
		if !many[id] {
			return false
		}
	}
	return true
}

// takeOut takes identifiers out of an audience: a row of which none is left is gone.
func (h *holding) takeOut(audience string, r record) {
	if h.hasProfiles() {
		h.member(audience, h.key(r), false)
		return
	}
	gone := h.identifiers(r)
	var left []record
	for _, held := range h.lists[audience] {
		stripped := maps.Clone(held)
		for _, column := range h.target.IdentifyingColumns() {
			cells := slices.DeleteFunc(strings.Fields(stripped[column.Header]), func(cell string) bool { return gone[column.Header+" "+cell] })
			stripped[column.Header] = strings.Join(cells, " ")
		}
		if len(h.identifiers(stripped)) > 0 {
			left = append(left, stripped)
		}
	}
	h.lists[audience] = left
}

// suppress uploads a row of a suppressed file: a tool ends the subscription, and others
// take the row out of every audience.
func (h *holding) suppress(r record) {
	if h.isTool() {
		h.unsubscribed[h.key(r)] = true
		return
	}
	for _, audience := range slices.Concat(slices.Collect(maps.Keys(h.members)), slices.Collect(maps.Keys(h.lists))) {
		h.takeOut(audience, r)
	}
}

// apply uploads the files of a kind.
func (h *holding) apply(result Result, kind platform.Kind) {
	for _, file := range result.Manifest.Files() {
		if file.Kind != kind {
			continue
		}
		records := h.shop.records(filepath.Join(result.Folder, file.Name))
		for _, cells := range records[1:] {
			r := record{}
			for at, header := range records[0] {
				r[header] = strings.TrimSpace(r[header] + " " + cells[at])
			}
			if h.isTool() && kind != platform.Removal {
				if want := fmt.Sprint(kind != platform.Exited); r[file.Audience] != want {
					h.shop.t.Fatalf("%s: the column %s is %q, want %s", file.Name, file.Audience, r[file.Audience], want)
				}
				delete(r, file.Audience)
			}
			switch kind {
			case platform.Exited:
				h.takeOut(file.Audience, r)
			case platform.Removal:
				h.suppress(r)
			default:
				h.put(file.Audience, r, false)
				for id := range h.identifiers(r) {
					delete(h.stale, file.Audience+" "+id)
				}
			}
		}
	}
}

// line is one of a change file.
type line struct {
	Op       platform.Change
	Audience string
	Reason   platform.Reason
	Row      map[string]any
}

// lines reads the change file of an export.
func (s *shop) lines(result Result) (lines []line) {
	s.t.Helper()
	if result.Manifest.Changes == nil {
		return nil
	}
	text, err := os.ReadFile(filepath.Join(result.Folder, result.Manifest.Changes.Name))
	s.must(err)
	for text := range bytes.Lines(text) {
		var change line
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		s.must(decoder.Decode(&change))
		lines = append(lines, change)
	}
	return lines
}

func (l line) record() record {
	r := record{}
	for header, value := range l.Row {
		cells, isList := value.([]any)
		if !isList {
			cells = []any{value}
		}
		for _, cell := range cells {
			if cell == nil {
				cell = ""
			}
			r[header] = strings.TrimSpace(r[header] + " " + fmt.Sprint(cell))
		}
	}
	return r
}

// applyLines applies a change file line by line.
func (h *holding) applyLines(lines []line) {
	for _, change := range lines {
		r := change.record()
		if change.Op != platform.Remove {
			h.put(change.Audience, r, true)
			continue
		}
		h.takeOut(change.Audience, r)
		if change.Reason != "" && h.isTool() {
			h.unsubscribed[h.key(r)] = true
		}
	}
}

// outdate notes the rows that change without entering.
func (h *holding) outdate(lines []line) {
	for _, change := range lines {
		for id := range h.identifiers(change.record()) {
			if change.Op == platform.Update {
				h.stale[change.Audience+" "+id] = true
			}
		}
	}
}

// wrong says what the target has wrong, given what the full files have; "" for nothing. By
// lines there is no row too many and no cell of before; by files a profile keeps what a
// blank cell did not overwrite, and who objected stays on the list and is not written to.
func (h *holding) wrong(want *holding, byLines bool) string {
	for _, audience := range slices.Sorted(maps.Keys(merge(h.members, want.members))) {
		for key := range merge(h.members[audience], want.members[audience]) {
			isHeld, isWanted := h.members[audience][key], want.members[audience][key]
			switch {
			case isHeld && !isWanted && !byLines && h.isTool() && h.unsubscribed[key]:
			case isHeld != isWanted:
				return fmt.Sprintf("%s: %s is held: %v, wanted: %v", audience, key, isHeld, isWanted)
			case isHeld && !h.stale[audience+" "+key]:
				for header, cell := range merge(h.profiles[key], want.profiles[key]) {
					held, wanted := h.profiles[key][header], want.profiles[key][header]
					if held != wanted && !(wanted == "" && !byLines && h.isTool()) {
						return fmt.Sprintf("%s: %s: %s is %q, wanted %q (%q)", audience, key, header, held, wanted, cell)
					}
				}
			}
		}
	}
	for _, audience := range slices.Sorted(maps.Keys(merge(h.lists, want.lists))) {
		held, wanted := h.pruned(audience), want.pruned(audience)
		if a, b := h.all(held), h.all(wanted); !maps.Equal(a, b) {
			return fmt.Sprintf("%s: identifiers held %v, wanted %v", audience, slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)))
		}
		for _, r := range wanted {
			isStale := false
			for id := range h.identifiers(r) {
				isStale = isStale || h.stale[audience+" "+id]
			}
			if !isStale && !slices.ContainsFunc(held, func(other record) bool { return maps.Equal(r, other) }) {
				return fmt.Sprintf("%s: no row %v among %v", audience, r, held)
			}
		}
		if len(held) != len(wanted) && len(h.stale) == 0 {
			return fmt.Sprintf("%s: %d rows, wanted %d", audience, len(held), len(wanted))
		}
	}
	return ""
}

func merge[V any](a, b map[string]V) map[string]V {
	both := maps.Clone(a)
	if both == nil {
		both = map[string]V{}
	}
	maps.Copy(both, b)
	return both
}

// pruned are the rows of an audience but those of which another has every identifier: they
// find nobody else.
func (h *holding) pruned(audience string) (rows []record) {
	for i, r := range h.lists[audience] {
		known := h.identifiers(r)
		isCovered := false
		for j, other := range h.lists[audience] {
			isCovered = isCovered || i != j && isWithin(known, h.identifiers(other)) && (len(known) < len(h.identifiers(other)) || j < i)
		}
		if !isCovered {
			rows = append(rows, r)
		}
	}
	return rows
}

func (h *holding) all(rows []record) map[string]bool {
	all := map[string]bool{}
	for _, r := range rows {
		maps.Copy(all, h.identifiers(r))
	}
	return all
}
