"""Pages of segments, issued numbers and registrations."""
