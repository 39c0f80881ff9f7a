package config

import (
	"fmt"
	"slices"

	"cbv/valuation/platform"
)

// Target declares an importer of audiences that is not built in, as the built-in ones
// are declared (platform.Target).
type Target struct {
	Name              string         `yaml:"name" json:"name" help:"what audiences call it; part of the files' names"`
	Channel           string         `yaml:"channel" json:"channel,omitempty" help:"whose consent counts: email or ads; unset, the audience says"`
	Key               string         `yaml:"key" json:"key,omitempty" help:"what it knows people by: email or customer_id; unset, any of needs"`
	Needs             []string       `yaml:"needs" json:"needs,omitempty" help:"without a key: email, phone or both, of which a row must have one"`
	Columns           []TargetColumn `yaml:"columns" json:"columns" help:"columns of its file in their order, each {header, field, form} or {header, fixed}"`
	Delimiter         string         `yaml:"delimiter" json:"delimiter,omitempty" help:"what stands between cells: a comma unless it is set, a semicolon or a tab"`
	FixedHeader       bool           `yaml:"fixed_header" json:"fixed_header,omitempty" help:"keep the columns that people does not have, blank"`
	Attributes        bool           `yaml:"attributes" json:"attributes,omitempty" help:"it takes an audience's columns"`
	Membership        bool           `yaml:"membership" json:"membership,omitempty" help:"add a column named as the audience: true of members, false in the exited file; needs attributes"`
	UniquePhone       bool           `yaml:"unique_phone" json:"unique_phone,omitempty" help:"blank a phone that an earlier row has"`
	AddressNeedsNames bool           `yaml:"address_needs_names" json:"address_needs_names,omitempty" help:"blank country and zip where a name is missing"`
	MaxBytes          int64          `yaml:"max_bytes" json:"max_bytes,omitempty" help:"most bytes of a file; larger audiences are split"`
	MaxRows           int64          `yaml:"max_rows" json:"max_rows,omitempty" help:"most rows of a file, its header apart"`
	MaxColumns        int            `yaml:"max_columns" json:"max_columns,omitempty" help:"most columns of a file"`
	ClipBytes         int            `yaml:"clip_bytes" json:"clip_bytes,omitempty" help:"most bytes of a text cell; longer ones are clipped"`
	MinMembers        int64          `yaml:"min_members" json:"min_members,omitempty" help:"fewest people that it makes an audience of; fewer are a warning"`
	RemovalColumns    []TargetColumn `yaml:"removal_columns" json:"removal_columns,omitempty" help:"columns of the file of those who objected; unset, those that it knows people by"`
	Removal           string         `yaml:"removal" json:"removal,omitempty" help:"what to do with the suppressed and the exited file, for the summary"`
}

// TargetColumn is a column of a target's file.
type TargetColumn struct {
	Header string   `yaml:"header" json:"header" help:"what stands above it"`
	Field  string   `yaml:"field" json:"field,omitempty" help:"a column of people, uid or value"`
	Form   []string `yaml:"form" json:"form,omitempty" help:"steps that make the cell, in their order (cbv help platform); unset, free text, and e-mails in lower case, phones in E.164"`
	Fixed  string   `yaml:"fixed" json:"fixed,omitempty" help:"the same cell in every row instead; {as_of} is the day of the run"`
	Apart  bool     `yaml:"apart" json:"apart,omitempty" help:"of a second form of the e-mail under the same header: blank where it is the first one"`
}

// platformTarget is the declaration as exports have it.
func (t Target) platformTarget() platform.Target {
	target := platform.Target{
		Name: t.Name, Channel: platform.Channel(t.Channel), Key: platform.Field(t.Key),
		Columns: platformColumns(t.Columns), FixedHeader: t.FixedHeader, Attributes: t.Attributes, Membership: t.Membership,
		UniquePhone: t.UniquePhone, AddressNeedsNames: t.AddressNeedsNames,
		MaxBytes: t.MaxBytes, MaxRows: t.MaxRows, MaxColumns: t.MaxColumns, ClipBytes: t.ClipBytes, MinMembers: t.MinMembers,
		RemovalColumns: platformColumns(t.RemovalColumns), Removal: t.Removal,
	}
	if len(t.Delimiter) == 1 {
		target.Delimiter = t.Delimiter[0]
	}
	for _, field := range t.Needs {
		target.NeedsOneOf = append(target.NeedsOneOf, platform.Field(field))
	}
	if t.Key != "" && len(t.Needs) == 0 {
		target.NeedsOneOf = []platform.Field{target.Key}
	}
	if len(t.RemovalColumns) == 0 {
		target.RemovalColumns = target.IdentifyingColumns()
	}
	target.RemovalNeedsOneOf = target.NeedsOneOf
	return target
}

func platformColumns(columns []TargetColumn) []platform.Column {
	var all []platform.Column
	for _, c := range columns {
		all = append(all, platform.Column{Header: c.Header, Field: platform.Field(c.Field), Form: platform.Form(c.Form), Fixed: c.Fixed, Apart: c.Apart})
	}
	return all
}

// DeclaredTargets are the targets of the configuration as exports have them.
func (c Config) DeclaredTargets() []platform.Target {
	var targets []platform.Target
	for _, target := range c.Targets {
		targets = append(targets, target.platformTarget())
	}
	return targets
}

// Target returns the target of a name, declared or built in.
func (c Config) Target(name string) (platform.Target, error) {
	return platform.TargetOf(name, c.DeclaredTargets()...)
}

// validateTargets checks the declared targets.
func (c Config) validateTargets(refuse func(bool, string, ...any)) {
	var names []string
	for i, t := range c.Targets {
		place := fmt.Sprintf("targets[%d]", i+1)
		if t.Name != "" {
			place = "target " + t.Name
		}
		refuse(slices.Contains(platform.TargetNames(), t.Name), "%s: the name is a built-in target's: give it another", place)
		refuse(slices.Contains(names, t.Name), "%s: the name is there twice", place)
		names = append(names, t.Name)
		refuse(len(t.Delimiter) > 1, "%s: delimiter: %q is none of a comma, a semicolon and a tab", place, t.Delimiter)
		refuse(t.Membership && !t.Attributes, "%s: membership: its column is an attribute: set attributes", place)
		if err := t.platformTarget().Validate(); err != nil {
			refuse(true, "%s: %v", place, err)
		}
	}
}
