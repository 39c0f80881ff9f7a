package export

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"time"

	"cbv/valuation/audience"
	"cbv/valuation/engine"
	"cbv/valuation/experiment"
	"cbv/valuation/parquetfile"
	"cbv/valuation/plan"
	"cbv/valuation/schema"
)

// membersFile is the table of who is in an export's files.
const membersFile = "members.parquet"

// everyone is the arm of those whose audience has no campaign.
const everyone experiment.Arm = "all"

// placement is what became of somebody who may be written to.
type placement struct {
	CustomerID string         `parquet:"customer_id"`
	Arm        experiment.Arm `parquet:"arm"`
}

// placementBatch is how many placements are written at once, since each call
// costs more than a row.
const placementBatch = 1024

// placedPath is where the placements are kept while the export is built.
func (x *export) placedPath() string { return filepath.Join(x.Store.Spill(), "placed.parquet") }

// channel is whose consent counts.
func (x *export) channel() audience.Channel {
	if x.target.Channel != "" {
		return x.target.Channel
	}
	return audience.Channel(x.Audience.Channel)
}

// outsideNames are those that an audience has outside, by arm. They tell nothing.
func outsideNames(name string) map[experiment.Arm]string {
	neutral := audience.NeutralName(name)
	return map[experiment.Arm]string{everyone: neutral, experiment.Champion: neutral + "_a", experiment.Challenger: neutral + "_b"}
}

// spec says what to write of a kind.
func (x *export) spec(kind audience.Kind) audience.Spec {
	p := x.Config.People.Columns
	spec := audience.Spec{
		Target: x.target, Kind: kind, Name: x.outside[everyone], Channel: audience.Channel(x.Audience.Channel), Region: x.Config.Export.Region,
		Suppression: x.suppression, Members: x.members,
	}
	for _, column := range []struct {
		field audience.Field
		text  string
	}{
		{audience.Email, p.Email}, {audience.Phone, p.Phone}, {audience.FirstName, p.FirstName}, {audience.LastName, p.LastName},
		{audience.Country, p.Country}, {audience.Zip, p.Zip}, {audience.City, p.City}, {audience.State, p.State},
	} {
		if column.text != "" {
			spec.Mapped = append(spec.Mapped, column.field)
		}
	}
	consents := map[audience.Channel]string{audience.EmailChannel: p.ConsentEmail, audience.AdsChannel: p.ConsentAds}
	spec.ConsentMapped = consents[x.channel()] != ""
	if kind == audience.Removal {
		return spec // without attributes, which nobody needs to be taken out
	}
	for _, column := range schema.ColumnsOf("customers") {
		if slices.Contains(x.Audience.Columns, column.Name) {
			spec.Attributes = append(spec.Attributes, audience.Attribute{Name: column.Name, Type: attributeTypes[column.Type]})
		}
	}
	slices.SortStableFunc(spec.Attributes, func(a, b audience.Attribute) int {
		return slices.Index(x.Audience.Columns, a.Name) - slices.Index(x.Audience.Columns, b.Name)
	})
	return spec
}

var attributeTypes = map[string]audience.Type{
	"VARCHAR": audience.Text, "BIGINT": audience.Number, "INTEGER": audience.Number, "DOUBLE": audience.Number, "DATE": audience.Day, "BOOLEAN": audience.YesNo,
}

// writeFull writes the full and the entered files of all arms in one pass, and
// keeps who was placed where.
func writeFull(ctx context.Context, x *export) (err error) {
	x.manifest.Arms = map[experiment.Arm]int64{}
	file, err := os.OpenFile(x.placedPath(), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	writer := parquetfile.NewWriter[placement](file, nil)
	var batch []placement
	flush := func() error {
		err := writer.Write(batch)
		batch = batch[:0]
		return err
	}
	defer func() {
		err = errors.Join(err, flush(), writer.Close(), file.Close())
		if err == nil {
			err = tableOfPlaced(ctx, x)
		}
	}()
	spec := x.spec(audience.Full)
	spec.Changes, spec.Holdout, spec.UniqueEmail = true, x.holdout, x.terms != nil
	spec.Assigned = x.assigned
	spec.Place = func(id string, held bool) (string, audience.Reason, error) {
		arm, reason := x.arm(id, held)
		if arm == "" {
			return "", reason, nil
		}
		x.manifest.Arms[arm]++
		if batch = append(batch, placement{id, arm}); len(batch) == placementBatch {
			return x.outside[arm], reason, flush()
		}
		return x.outside[arm], reason, nil
	}
	result, err := audience.Export(ctx, spec, x.rows(ctx, "audience_rows", "customer_id", spec.Attributes, true), x.files())
	x.members, x.manifest.Full = result.Members, result
	x.take(result)
	missing := result.Rejected[audience.NotInPeople]
	if missing > 0 && missing == result.Rows {
		return fmt.Errorf("%w: none of them has a row in people: check that people.columns.customer_id is the orders' customer_id", err)
	}
	if 2*missing > result.Rows {
		x.warn("few_in_people", "customers of the audience without a row in people: %d of %d: see whether people.files are all there", missing, result.Rows)
	}
	if errors.Is(err, audience.ErrEmpty) && len(x.held()) > 0 {
		x.warn("empty_audience", "%v; those who were in it have to leave", err)
		return nil
	}
	return err
}

// arm returns what is done with somebody who may be written to; none where a
// holdout that is not theirs keeps them out.
func (x *export) arm(id string, held bool) (experiment.Arm, audience.Reason) {
	switch {
	case x.terms == nil && x.design.HeldOut(id):
		return "", audience.GlobalHoldout
	case x.terms == nil && held:
		return "", audience.SharedHoldout
	case x.terms == nil:
		return everyone, ""
	}
	arm := x.design.Arm(id)
	switch {
	case arm == experiment.GlobalHoldout:
		return arm, audience.GlobalHoldout
	case held:
		return "", audience.SharedHoldout
	case arm == experiment.None:
		return arm, audience.Holdout
	}
	return arm, ""
}

func tableOfPlaced(ctx context.Context, x *export) error {
	return x.engine.Input(ctx, engine.Input{Name: "placed", Files: []string{x.placedPath()}, Columns: []engine.InputColumn{
		{Name: "customer_id", Expression: "customer_id"}, {Name: "arm", Expression: "arm"},
	}})
}

// file writes a table into the export.
func (x *export) file(ctx context.Context, entry plan.Entry) error {
	path := filepath.Join(x.Store.Build(), entry.Name+".parquet")
	_, err := x.engine.File(ctx, entry.Name, entry.SQL, entry.Key, path, schema.Metadata(entry.Name))
	return err
}

// writeExited writes those whom the target is to forget, arm by arm: each is an
// audience there.
func writeExited(ctx context.Context, x *export) error {
	x.manifest.Exited = map[string]audience.Result{}
	if len(x.held()) == 0 {
		return nil
	}
	for _, arm := range []experiment.Arm{everyone, experiment.Champion, experiment.Challenger} {
		spec := x.spec(audience.Exited)
		spec.Name = x.outside[arm]
		view := "exited_rows_of_" + string(arm)
		if err := x.engine.View(ctx, view, "select * from exited_rows where earlier_arm = "+engine.Quote(string(arm))); err != nil {
			return err
		}
		result, err := audience.Export(ctx, spec, x.rows(ctx, view, "gone_id", spec.Attributes, true), x.files())
		if err != nil {
			return err
		}
		if result.Rows > 0 {
			x.manifest.Exited[spec.Name] = result
		}
		if n := result.Rejected[audience.NotInPeople]; n > 0 {
			x.warn("left_people", "%s for %s: customers who left and are in people no more: %d: take them out by hand, see the rejects", spec.Name, x.target.Name, n)
		}
		x.take(result)
	}
	return nil
}

// writeSuppressed writes those who objected.
func writeSuppressed(ctx context.Context, x *export) error {
	spec := x.spec(audience.Removal)
	result, err := audience.Export(ctx, spec, x.rows(ctx, "removal_rows", "removal_key", nil, false), x.files())
	x.manifest.Suppressed = result
	return err
}

// take takes the warnings of a pass over.
func (x *export) take(result audience.Result) {
	for _, warning := range result.Warnings {
		x.warn(warning.Code, "%s", warning.Text)
	}
}

// rows yields the people of a view in the order of its key. Of the audience's
// they have attributes and an earlier arm.
func (x *export) rows(ctx context.Context, view, key string, attributes []audience.Attribute, ofAudience bool) iter.Seq2[audience.Person, error] {
	columns := []string{
		key, "email", "phone", "first_name", "last_name", "country", "zip", "city", "state", "consent_email", "consent_ads", "is_suppressed",
	}
	fixed := len(columns)
	if ofAudience {
		columns = append(columns, "is_absent", "earlier_arm")
		fixed += 2
	} else {
		columns = append(columns, "customer_id") // which the key is not
		fixed++
	}
	hasValue := ofAudience && x.Audience.Value != ""
	if hasValue {
		columns = append(columns, x.Audience.Value) // no attribute: who takes a value takes none
		fixed++
	}
	for _, attribute := range attributes {
		columns = append(columns, attribute.Name)
	}
	cells := make([]audience.Cell, len(attributes))
	return func(yield func(audience.Person, error) bool) {
		err := x.engine.EachInOrder(ctx, view, columns, key, func(v []driver.Value) error {
			p := audience.Person{
				CustomerID: text(v[0]), Email: text(v[1]), Phone: text(v[2]), FirstName: text(v[3]), LastName: text(v[4]), Country: text(v[5]),
				Zip: text(v[6]), City: text(v[7]), State: text(v[8]), ConsentEmail: consent(v[9]), ConsentAds: consent(v[10]), Suppressed: v[11] == true,
			}
			if ofAudience {
				p.Absent, p.Was = v[12] == true, x.outside[experiment.Arm(text(v[13]))]
			} else {
				p.CustomerID = text(v[12])
			}
			if hasValue {
				p.Value = cell(v[fixed-1])
			}
			for i, value := range v[fixed:] {
				cells[i] = cell(value)
			}
			p.Attributes = cells
			if !yield(p, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(audience.Person{}, err)
		}
	}
}

// errStopped ends a query whose rows nobody wants any more.
var errStopped = errors.New("stopped")

func text(value driver.Value) string {
	text, _ := value.(string)
	return text
}

func consent(value driver.Value) audience.Consent {
	switch value {
	case true:
		return audience.Granted
	case false:
		return audience.Refused
	}
	return audience.Unknown
}

// cell makes a cell of a column of customers.
func cell(value driver.Value) audience.Cell {
	switch value := value.(type) {
	case string:
		return audience.TextCell(value)
	case float64:
		return audience.NumberCell(value)
	case int64:
		return audience.NumberCell(float64(value))
	case int32:
		return audience.NumberCell(float64(value))
	case time.Time:
		return audience.DayCell(value)
	case bool:
		return audience.YesNoCell(value)
	}
	return audience.Cell{}
}

// files opens files of the export for their owner alone.
func (x *export) files() audience.Files {
	create := func(name string) (io.WriteCloser, error) {
		return os.OpenFile(filepath.Join(x.Store.Build(), name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	}
	return audience.Files{
		Create: create,
		Table: func(name string, columns []audience.Attribute) (audience.Table, error) {
			file, err := create(name)
			if err != nil {
				return nil, err
			}
			return newTable(file, columns), nil
		},
	}
}
