package config

import "maps"

func init() {
	maps.Copy(samples, map[string]string{
		"contacts.files":               "[/data/contacts.parquet]",
		"contacts.columns.customer_id": "who",
		"contacts.columns.campaign":    "'winback'",
		"contacts.columns.arm":         "variant",
		"contacts.columns.sent_at":     "when",
		"contacts.columns.delivered":   "status = 'delivered'",
		"contacts.columns.opened":      "opened_at is not null",
		"contacts.columns.clicked":     "clicks > 0",
		"contacts.columns.cost":        "price",
		"contacts.columns.discount":    "voucher",
		"measure.winsorise_percentile": "99.5",
	})
}
