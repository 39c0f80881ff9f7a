package scoring

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/zeebo/xxh3"

	"cbv/valuation/btyd"
	"cbv/valuation/btyd/spend"
)

// models is what customers are valued by.
type models struct {
	candidates  []candidate
	why         string  // the choice; or why there is nothing to choose
	groups      []Group // by number, the whole base first; none: no model
	fingerprint string  // of the histories that were fitted
}

// candidate is a family of purchase models fitted to the whole base.
type candidate struct {
	family string
	fit    *btyd.Fit        // nil: none
	none   *btyd.NoFitError // why
}

func (c candidate) hasFit() bool { return c.fit != nil }

// Group are the models of the whole base, its old customers left out where they have
// their own; of these; or of a channel that is large enough.
type Group struct {
	Old      bool
	Channel  string // "" for the whole base, and for the old
	Purchase btyd.Fit
	Spend    spend.Model
}

// Groups are the models that value customers, of the whole base first; none without a
// model.
func (s *Scoring) Groups() []Group { return s.models.groups }

// ownGroups are the groups that have models beside the whole base's.
func (m models) ownGroups() []fitGroup {
	return fitGroups(len(m.groups) > 1 && m.groups[1].Old, m.channels())
}

// channels are those with models of their own, in the order of their groups.
func (m models) channels() []string {
	var channels []string
	for _, group := range m.groups {
		if group.Channel != "" {
			channels = append(channels, group.Channel)
		}
	}
	return channels
}

// places returns the number of parameters of the model that has most of them, of
// spend or of purchases.
func (m models) places() int {
	most := len(spend.GammaGamma{}.Parameters())
	for _, group := range m.groups {
		most = max(most, len(group.Purchase.Model.Parameters()))
	}
	return most
}

// history is a distinct history and how many customers of a fit group share it.
type history struct {
	group int
	btyd.HistoryCount
}

// fingerprint is a hash of sorted histories and their counts.
func fingerprint(counts []btyd.HistoryCount) string {
	hash := xxh3.New128()
	row := make([]byte, 0, 32)
	for _, c := range counts {
		row = row[:0]
		for _, number := range []uint64{uint64(c.Repeats), math.Float64bits(c.LastPurchase), math.Float64bits(c.Age), uint64(c.Customers)} {
			row = binary.LittleEndian.AppendUint64(row, number)
		}
		hash.Write(row)
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
}
