package remedy

import (
	"context"
	"slices"
	"strings"

	"cbv/valuation/engine"
)

// mostWords is how many different words a column of answers has at most: one of more
// is something else.
const mostWords = 20

// yes and no are the words by which shops and mailing tools say that somebody agreed
// or objected. What is none of them, such as pending, says neither.
var (
	yes = strings.Fields("yes y true t 1 on subscribed subscribe opted_in opted-in opt_in opt-in optin granted accepted accept agreed consented allowed ja oui si")
	no  = strings.Fields("no n false f 0 off unsubscribed unsubscribe opted_out opted-out opt_out opt-out optout denied refused rejected declined revoked withdrawn objected disallowed nein non")
)

// conditions are the expressions that read a column of a type as a condition. For a
// consent only a word that objects is false: a false one is handed to platforms as an
// objection.
func (c Column) conditions(ctx context.Context, e engine.Engine, found engine.Type, consent bool) ([]candidate, error) {
	switch found {
	case engine.Boolean:
		return []candidate{{expression: c.Value}}, nil
	case engine.Date, engine.Timestamp, engine.Instant:
		if consent {
			return []candidate{{expression: "case when " + c.Value + " is not null then true end"}}, nil
		}
		return []candidate{{expression: c.Value + " is not null"}}, nil
	case engine.Bigint, engine.Double, engine.Decimal:
		if consent {
			return []candidate{{expression: "case " + c.Value + " when 1 then true when 0 then false end"}}, nil
		}
		return []candidate{{expression: c.Value + " > 0"}}, nil
	case engine.Varchar:
	default:
		return nil, nil
	}
	words, err := e.Distinct(ctx, c.Input, c.Value, mostWords+1)
	if err != nil || len(words) > mostWords {
		return nil, err
	}
	return answers(c.Value, words, consent), nil
}

// answers is the case expression over the words of a column, none where no word says
// yes or no.
func answers(value string, words []string, consent bool) []candidate {
	var whens, others []string
	for _, list := range []struct {
		words  []string
		answer string
	}{{yes, "true"}, {no, "false"}} {
		for _, word := range words {
			if slices.Contains(list.words, strings.ToLower(strings.TrimSpace(word))) {
				whens = append(whens, "when "+engine.Quote(word)+" then "+list.answer)
			}
		}
	}
	for _, word := range words {
		if !slices.Contains(yes, strings.ToLower(strings.TrimSpace(word))) && !slices.Contains(no, strings.ToLower(strings.TrimSpace(word))) {
			others = append(others, engine.Quote(word))
		}
	}
	if len(whens) == 0 || !consent && len(others) > 0 {
		return nil
	}
	found := candidate{expression: "case " + value + " " + strings.Join(whens, " ") + " end"}
	if len(others) > 0 {
		found.neither = value + " in (" + strings.Join(others, ", ") + ")"
	}
	return []candidate{found}
}
