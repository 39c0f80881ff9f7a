package platform_test

import (
	"context"
	"fmt"
	"io"
	"testing"

	"cbv/valuation/pipeline"
	"cbv/valuation/pipeline/pipelinetest"
	"cbv/valuation/platform"
)

// nowhere is a file that nobody reads.
type nowhere struct{ io.Writer }

func (nowhere) Close() error { return nil }

// written writes the full file of people with the given e-mails for a target, and
// raises its warnings.
func written(target string, uniqueEmail bool, emails ...string) pipelinetest.Input {
	return writtenOf(target, uniqueEmail, func(i int) platform.Person { return platform.Person{Email: emails[i]} }, len(emails))
}

// dialled writes the full file of people with the given phones for Klaviyo.
func dialled(phones ...string) pipelinetest.Input {
	return writtenOf("klaviyo", false, func(i int) platform.Person {
		return platform.Person{Email: fmt.Sprintf("c%d@example.com", i), Phone: phones[i]}
	}, len(phones))
}

func writtenOf(target string, uniqueEmail bool, person func(int) platform.Person, count int) pipelinetest.Input {
	return func(c *pipeline.Context) error {
		of, err := platform.TargetOf(target)
		if err != nil {
			return err
		}
		nobody := platform.NewSuppression(of)
		nobody.Seal()
		result, err := platform.Export(context.Background(), platform.Spec{
			Target: of, Kind: platform.Full, Name: "cbv_a_0123456789", Region: "GB",
			Suppression: nobody, Mapped: []platform.Field{platform.Email, platform.Phone}, ConsentMapped: true, UniqueEmail: uniqueEmail,
		}, func(yield func(platform.Person, error) bool) {
			for i := range count {
				p := person(i)
				p.CustomerID, p.ConsentEmail, p.ConsentAds = fmt.Sprintf("%05d", i), platform.Granted, platform.Granted
				if !yield(p, nil) {
					return
				}
			}
		}, platform.Files{Create: func(string) (io.WriteCloser, error) { return nowhere{io.Discard}, nil }})
		for _, warning := range result.Warnings {
			c.Warn(warning.Code, "%s", warning.Text)
		}
		return err
	}
}

func TestWarnings(t *testing.T) {
	people := func(count int) (emails []string) {
		for i := range count {
			emails = append(emails, fmt.Sprintf("c%d@example.com", i))
		}
		return emails
	}
	pipelinetest.Warnings(t, []pipelinetest.WarningCase{
		{
			Code:   "audience_too_small",
			Raises: written("tiktok", false, people(999)...),
			Says:   "cbv_a_0123456789 for tiktok is too small: tiktok wants 1000 people and up, of those it finds; members: 999",
			Silent: written("tiktok", false, people(1000)...),
		},
		{
			Code:   "audience_too_small",
			Raises: written("google", false, people(99)...),
			Says:   "cbv_a_0123456789 for google is too small: google wants 100 people and up, of those it finds; members: 99",
			Silent: written("google", false, people(100)...),
		},
		{
			Code:   "audience_too_small",
			Raises: written("meta", false, people(99)...),
			Says:   "cbv_a_0123456789 for meta is too small: meta wants 100 people and up, of those it finds; members: 99",
			Silent: written("meta", false, people(100)...),
		},
		{
			Code:   "blank_column",
			Raises: dialled("12", "12 ab", "07700 900123", "07700 900124", "07700 900125", "07700 900126", "07700 900127", "07700 900128", "07700 900129", ""),
			Says: `cbv_a_0123456789 for klaviyo: Phone Number is blank in 2 of the 9 rows that had a value, mostly for phone_invalid, such as one of the shape "99" ` +
				`(a letter is a, a digit 9): see the rejects`,
			Silent: dialled("12", "12 ab", "07700 900123", "07700 900124", "07700 900125", "07700 900126", "07700 900127", "07700 900128", "07700 900129", "07700 900120"),
		},
		{ // known by the e-mail
			Code:   "shared_email",
			Raises: written("klaviyo", false, "a@example.com", "A@example.com", "b@example.com"),
			Says:   "cbv_a_0123456789 for klaviyo: customers left out for having the e-mail of an earlier one, since klaviyo cannot distinguish them: 1",
			Silent: written("klaviyo", false, "a@example.com", "a+x@example.com", "b@example.com"),
		},
		{ // known by the customer_id
			Code:   "shared_email",
			Raises: written("braze", false, "a@example.com", "A@example.com", "a@example.com"),
			Says:   "cbv_a_0123456789 for braze: customers with the e-mail of an earlier one: 2",
			Silent: written("braze", false, "a@example.com", "b@example.com"),
		},
		{ // of a campaign a mailbox is in one arm
			Code:   "shared_email",
			Raises: written("braze", true, "a@example.com", "A@example.com"),
			Says:   "cbv_a_0123456789 for braze: customers left out for having the e-mail of an earlier one, since a mailbox is in one arm: 1",
			Silent: written("braze", true, "a@example.com", "b@example.com"),
		},
	})
}
